import { afterAll, describe, expect, it, vi } from "vitest";
import { browser } from "../adapters/browser/index.ts";
import { createServe, type Handle } from "../src/index.ts";
import { logged } from "./fixtures/apps.ts";
import workerUrl from "./fixtures/apps.worker.ts?bundled";
import { LogBook } from "./fixtures/log-book.ts";
import type { Logged } from "./fixtures/logged.ts";

const worker = () => new Worker(workerUrl, { type: "module" });
const args = { level: "info" } as const;
const log = new LogBook();
const serve = createServe(browser({ log }));
afterAll(() => serve.shutdown());

describe("the console of a replica", () => {
  it("in a Web Worker is the replica's log", async () => {
    const module = { worker, export: "logged", args };
    const handle: Handle<Logged> = await serve.run(logged(args), { module });
    const { requestId } = handle.speak("hello");
    const lines = await vi.waitUntil(() => log.lines.length >= 3 && log.lines);
    const origin = { application: "default", deployment: "Logged", replica: "default/Logged#1" };
    expect(lines).toMatchObject([
      { level: "info", message: 'hello, 7 {"a":1}', requestId, ...origin },
      { level: "warn", message: "careful", requestId, ...origin },
      { level: "error", message: expect.stringContaining("TypeError: broken"), requestId },
    ]);
  });

  it("in the page is the page's", async () => {
    const spoken = vi.spyOn(console, "warn").mockImplementation(() => {});
    const handle = await serve.run(logged(args), { name: "inline", routePrefix: "/inline" });
    const before = log.lines.length;
    await handle.speak("hello");
    expect(spoken).toHaveBeenCalledWith("careful");
    expect(log.lines).toHaveLength(before);
    spoken.mockRestore();
  });
});
