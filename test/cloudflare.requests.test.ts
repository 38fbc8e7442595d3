import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestHarness } from "wrangler";

// The suite runs each case in one request. Here each call is a request of its own: workerd lets what a request began,
// timers too, end with it.
const workerd = createTestHarness({
  workers: [{ configPath: new URL("./workerd/requests.wrangler.json", import.meta.url) }],
});

let origin = "";
beforeAll(async () => {
  origin = (await workerd.listen()).url.origin;
}, 60_000);
afterAll(() => workerd.close());

/** Unzipped: zipped, the first chunk would wait for the last. */
function ask(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(origin + path, { headers: { "accept-encoding": "identity", ...headers } });
}

const seconds = (timeout: number) => ({ "x-request-timeout-seconds": String(timeout) });

async function nextText(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  return new TextDecoder().decode((await reader.read()).value);
}

describe.each(["inline", "durable"])("deadlines of requests to a replica, %s", (place) => {
  it("pass while another request has the slot, and one with a deadline has ended", async () => {
    const early = await ask(`/${place}/?ms=0`, seconds(60));
    expect(await early.text()).toBe("began;done");
    const holds = await ask(`/${place}/?ms=1500`);
    const reader = (holds.body as ReadableStream<Uint8Array>).getReader();
    expect(await nextText(reader)).toBe("began;");
    const late = await ask(`/${place}/?ms=0`, seconds(0.6));
    expect(late.status).toBe(504);
    expect(await nextText(reader)).toBe("done");
    expect((await reader.read()).done).toBe(true);
  });

  it("pass while the request runs, which its code is told", async () => {
    const id = `late-${place}`;
    const late = await ask(`/${place}/whole?ms=1000`, { ...seconds(0.3), "x-request-id": id });
    expect(late.status).toBe(504);
    const aborted = await ask(`/${place}/aborted`);
    expect(await aborted.json()).toContain(id);
  });

  it("pass while the answer is under way", async () => {
    const { body } = await ask(`/${place}/?ms=2000`, seconds(0.3));
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    expect(await nextText(reader)).toBe("began;");
    await expect(reader.read()).rejects.toThrow();
    const next = await ask(`/${place}/?ms=0`);
    expect(await next.text()).toBe("began;done");
  });
});

describe.each(["models", "durableModels"])("a model that requests share, of %s", (place) => {
  const model = { "x-model-id": "a" };

  it("is loaded though the request that began it has ended", async () => {
    // The replica starts with the first request of all.
    await ask(`/${place}/`, { "x-model-id": "another" });
    const late = ask(`/${place}/`, { ...model, ...seconds(0.4) });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const waits = ask(`/${place}/`, model);
    expect((await late).status).toBe(504);
    expect(await (await waits).text()).toBe("load 2");
    expect(await (await ask(`/${place}/`, model)).text()).toBe("load 2");
  }, 10_000);
});

describe.each(["batches", "durableBatches"])("a batch of several requests, of %s", (place) => {
  const run = async (item: string, headers = {}) =>
    await (await ask(`/${place}/?item=${item}`, headers)).text();
  const spell = async (item: string) => await (await ask(`/${place}/spell?item=${item}`)).text();

  it("answers each of them, whoever runs it, one batch after the other", async () => {
    expect(await run("first")).toBe("first of first in 1");
    const second = ["a", "b", "c"].map((item) => run(item));
    await new Promise((resolve) => setTimeout(resolve, 250));
    const third = ["d", "e"].map((item) => run(item));
    const answers = await Promise.all([...second, ...third]);
    for (const [at, item] of ["a", "b", "c", "d", "e"].entries()) {
      expect(answers[at]).toMatch(new RegExp(`^${item} of .*${item}.* in \\d+$`));
    }
  }, 10_000);

  it("goes on though the request that runs it has ended", async () => {
    const first = run("first");
    await new Promise((resolve) => setTimeout(resolve, 100));
    const late = ask(`/${place}/?item=late`, seconds(2));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const other = run("other");
    expect(await first).toMatch(/^first of first in/);
    expect((await late).status).toBe(504);
    expect(await other).toMatch(/^other of late,other in \d+$/);
  }, 20_000);

  it("streams to each, as long as that takes", async () => {
    const words = ["a", "word", "longer"];
    expect(await Promise.all(words.map(spell))).toEqual(words);
  }, 10_000);

  it("loses none of those who stay while others leave", async () => {
    let asked = 0;
    const lane = async () => {
      for (; asked < 200; ) {
        asked += 1;
        const item = `item${asked}`;
        const signal = asked % 10 === 0 ? AbortSignal.timeout(asked % 7) : undefined;
        const answer = fetch(`${origin}/${place}/quick?item=${item}`, { signal: signal ?? null });
        const text = await answer.then((response) => response.text()).catch(() => "left");
        if (!signal) expect(text).toBe(item);
      }
    };
    await Promise.all(Array.from({ length: 16 }, lane));
  }, 20_000);

  it("of many requests loses none", async () => {
    const items = Array.from({ length: 60 }, (_, at) => `item${at}`);
    const answers = await Promise.all(items.map((item) => run(item)));
    for (const [at, item] of items.entries())
      expect(answers[at]).toMatch(new RegExp(`^${item} of `));
  }, 20_000);
});
