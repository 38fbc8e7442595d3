import { describe, expect, it } from "vitest";
import { type MemoryOptions, manualClock, memory } from "../adapters/memory/testing.ts";
import { context, createServe, deployment, type HandleOptions } from "../src/index.ts";

const turn = () => new Promise((resolve) => setTimeout(resolve));

/** Answers when the test says so. */
class Slow {
  static started: string[] = [];

  call(): number | undefined {
    return context().deadline;
  }

  async fetch(request: Request): Promise<Response> {
    Slow.started.push(new URL(request.url).pathname);
    await new Promise(() => {});
    return new Response("never");
  }
}

function served(requestTimeoutMs?: number, options: MemoryOptions = {}) {
  const clock = manualClock(1_000_000);
  Slow.started = [];
  const serve = createServe(
    memory({ clock, ...options }),
    requestTimeoutMs === undefined ? {} : { requestTimeoutMs },
  );
  return { clock, serve };
}

const ask = (path: string, seconds?: number, init: RequestInit = {}) =>
  new Request(`http://test${path}`, {
    ...init,
    headers: seconds === undefined ? {} : { "x-request-timeout-seconds": String(seconds) },
  });

describe("requestTimeoutMs of a server", () => {
  it("is for every request, and the client's own counts where it is earlier", async () => {
    const { serve, clock } = served(1000);
    await serve.run(deployment(Slow).bind());
    const answers = [ask("/default"), ask("/later", 5), ask("/earlier", 0.25)].map(async (asked) =>
      (await serve.fetch(asked)).json().then((body) => body as { error: { code: string } }),
    );
    const done: string[] = [];
    for (const [index, answer] of answers.entries()) {
      void answer.then(({ error }) => done.push(`${index} ${error.code}`));
    }
    for (const [ms, expected] of [
      [249, []],
      [1, ["2 TIMEOUT"]],
      [749, ["2 TIMEOUT"]],
      [1, ["2 TIMEOUT", "0 TIMEOUT", "1 TIMEOUT"]],
    ] as const) {
      clock.advance(ms);
      await turn();
      expect(done).toEqual(expected);
    }
    expect(Slow.started.toSorted()).toEqual(["/default", "/earlier", "/later"]);
  });

  it("counts from the first byte: a body that never comes is no excuse", async () => {
    const { serve, clock } = served(1000);
    await serve.run(deployment(Slow).bind());
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new Uint8Array(1)),
    });
    const init = { method: "POST", body, duplex: "half" } as RequestInit;
    const answer = serve.fetch(new Request("http://test/", init));
    await turn();
    clock.advance(1000);
    expect((await answer).status).toBe(504);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, "1"])("can't be %j", (wrong) => {
    expect(() => createServe(memory(), { requestTimeoutMs: wrong as number })).toThrow(
      /^createServe: option requestTimeoutMs must be a number of milliseconds over 0, got/,
    );
  });
});

describe("requestTimeoutMs of a deployment", () => {
  it("changes without a restart", async () => {
    const { serve, clock } = served();
    const run = (requestTimeoutMs?: number) =>
      serve.run(
        deployment(Slow, {
          version: "1",
          ...(requestTimeoutMs !== undefined && { requestTimeoutMs }),
        }).bind(),
      );
    const handle = await run(1000);
    const replicas = () =>
      serve
        .status()
        .applications["default"]?.deployments["Slow"]?.replicas.map(({ replicaId }) => replicaId);
    const before = replicas();
    expect(await handle.call()).toBe(clock.now() + 1000);
    await run(5000);
    expect(await handle.call()).toBe(clock.now() + 5000);
    await run();
    expect(await handle.call()).toBeUndefined();
    expect(replicas()).toEqual(before);
  });
});

describe("options of a handle", () => {
  it.each([
    [{ timeoutMs: 0 }, "timeoutMs must be a number of milliseconds over 0, got 0"],
    [{ timeoutMs: Number.NaN }, "timeoutMs must be a number of milliseconds over 0, got NaN"],
    [{ timeoutMs: "1" }, "timeoutMs must be a number of milliseconds over 0, got 1"],
    [{ priority: Number.POSITIVE_INFINITY }, "priority must be a number, got Infinity"],
    [{ priority: "high" }, "priority must be a number, got high"],
    [{ headers: {} }, "headers is not supported by this version of isoserve; remove it"],
    [{ speed: 1 }, "speed is unknown; remove it"],
  ])("%j are refused", async (options, message) => {
    const { serve } = served();
    const handle = await serve.run(deployment(Slow).bind());
    expect(() => handle.options(options as HandleOptions)).toThrow(
      `handle(default/Slow).options: ${message}`,
    );
  });

  it("may be taken back", async () => {
    const { serve } = served();
    const handle = await serve.run(deployment(Slow).bind());
    const limited = handle.options({ timeoutMs: 1000 });
    expect(await limited.call()).toBeDefined();
    const unlimited = limited.options({ timeoutMs: undefined } as unknown as HandleOptions);
    expect(await unlimited.call()).toBeUndefined();
  });
});
