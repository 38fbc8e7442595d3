import { afterEach, describe, expect, it, vi } from "vitest";
import { node } from "../adapters/node/index.ts";
import { createServe, type LogLine } from "../src/index.ts";
import app from "./fixtures/last-words.ts";
import { LogBook } from "./fixtures/log-book.ts";

const module = new URL("./fixtures/last-words.ts", import.meta.url).href;

describe("the console of a replica in a worker thread", () => {
  const log = new LogBook();
  const serve = createServe(node({ log }));
  const said = (message: string) =>
    vi.waitUntil(() => log.lines.find((line) => line.message.includes(message)));
  afterEach(async () => {
    await serve.delete("default");
    log.lines.length = 0;
  });

  it("is the replica's log, from when its module is evaluated", async () => {
    const handle = await serve.run(app, { module });
    const { requestId } = handle.say("one");
    await said("┌");
    const shown = log.lines.map(({ level, message }) => `${level} ${message.split("\n")[0]}`);
    expect(shown).toEqual([
      "info evaluated",
      "info made",
      "warn ready",
      "info one of 7 { a: 1 }",
      "error TypeError: broken",
      expect.stringMatching(/^info ┌/),
    ]);
    const origin = { application: "default", deployment: "Speaker", replica: "default/Speaker#1" };
    for (const line of log.lines) expect(line).toMatchObject(origin);
    const requests = log.lines.map((line) => line.requestId);
    expect(requests).toEqual([undefined, undefined, undefined, ...Array(3).fill(requestId)]);
  });

  it("knows the request after an await, too", async () => {
    const handle = await serve.run(app, { module });
    const responses = ["first", "second"].map((text) => handle.later(text));
    await Promise.all(responses);
    const lines = await Promise.all([said("first"), said("second")]);
    expect(lines.map(({ requestId }) => requestId)).toEqual(
      responses.map(({ requestId }) => requestId),
    );
  });

  it.each(["exit", "throw"] as const)("is heard to the last when it dies: %s", async (how) => {
    const handle = await serve.run(app, { module });
    await Promise.allSettled([handle[how]()]);
    const words = await said("last words");
    const death = await said("died and is replaced");
    const order = [words, death].map((line) => log.lines.indexOf(line as LogLine));
    expect(order[0]).toBeLessThan(order[1] as number);
    expect(death).toMatchObject({ level: "error", application: "default", deployment: "Speaker" });
  });
});

describe("an inline replica", () => {
  it("has its host's console", async () => {
    const log = new LogBook();
    const serve = createServe(node({ log }), { logging: { level: "error" } });
    const before = console.log;
    const spoken = vi.spyOn(console, "log").mockImplementation(() => {});
    const handle = await serve.run(app);
    await handle.later("inline");
    expect(spoken).toHaveBeenCalledWith("inline");
    expect(log.lines).toEqual([]);
    spoken.mockRestore();
    expect(console.log).toBe(before);
    await serve.shutdown();
  });
});
