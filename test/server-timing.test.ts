import { describe, expect, it } from "vitest";
import { manualClock, memory } from "../adapters/memory/testing.ts";
import { createServe, deployment } from "../src/index.ts";

const request = () => new Request("http://test/");

describe("serverTiming", () => {
  it("divides a request's time into waiting, computing and all of it", async () => {
    const clock = manualClock(1_000_000);
    const answers: (() => void)[] = [];
    class Slow {
      async fetch() {
        await new Promise<void>((resolve) => answers.push(resolve));
        return "done";
      }
    }
    const serve = createServe(memory({ clock }), { serverTiming: true });
    await serve.run(deployment(Slow, { maxOngoingRequests: 1 }).bind());
    const first = serve.fetch(request());
    await expect.poll(() => answers.length).toBe(1);
    const second = serve.fetch(request());
    clock.advance(300);
    answers[0]?.();
    expect((await first).headers.get("server-timing")).toBe(
      "compute;dur=300, queue;dur=0, total;dur=300",
    );
    await expect.poll(() => answers.length).toBe(2);
    clock.advance(20);
    answers[1]?.();
    // It came a microsecond after the first: no two have the same age.
    expect((await second).headers.get("server-timing")).toMatch(
      /^compute;dur=20, queue;dur=300, total;dur=3(?:20|19\.999)$/,
    );
    await serve.shutdown();
  });

  it("says how long one has waited that ran out of time", async () => {
    const clock = manualClock(1_000_000);
    class Never {
      async fetch() {
        await new Promise(() => {});
      }
    }
    const serve = createServe(memory({ clock }), { serverTiming: true, requestTimeoutMs: 1000 });
    const brief = { maxOngoingRequests: 1, gracefulShutdownTimeoutMs: 1 };
    await serve.run(deployment(Never, brief).bind());
    const runs = serve.fetch(request());
    const waits = serve.fetch(request());
    await new Promise((resolve) => setTimeout(resolve));
    clock.advance(1000);
    const shown = [await runs, await waits].map(({ headers }) => headers.get("server-timing"));
    expect(shown[0]).toMatch(/^queue;dur=0, total;dur=(?:1000|999\.99\d)$/);
    expect(shown[1]).toMatch(/^queue;dur=(?:1000|999\.99\d), total;dur=(?:1000|999\.99\d)$/);
  });

  it("is not told unless it is wanted", async () => {
    const serve = createServe(memory());
    await serve.run(deployment(() => "text", { name: "text" }).bind());
    expect((await serve.fetch(request())).headers.has("server-timing")).toBe(false);
    await serve.shutdown();
  });
});
