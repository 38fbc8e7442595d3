import { describe, expect, it } from "vitest";
import { Interruptible } from "../../src/replica/interruptible.ts";

/** A source whose steps the test gives. */
function source() {
  let steps: PromiseWithResolvers<IteratorResult<unknown>> = Promise.withResolvers();
  const asked: number[] = [];
  const returned = Promise.withResolvers<void>();
  let left = false;
  return {
    asked,
    returned,
    get left() {
      return left;
    },
    give: (value: unknown) => {
      steps.resolve({ done: false, value });
      steps = Promise.withResolvers();
    },
    fail: (error: unknown) => {
      steps.reject(error);
      steps = Promise.withResolvers();
    },
    iterator: {
      next: () => {
        asked.push(asked.length);
        return steps.promise;
      },
      return: async () => {
        left = true;
        await returned.promise;
        return { done: true as const, value: undefined };
      },
    },
  };
}

const item = (value: unknown) => ({ done: false, value });
const END = { done: true, value: undefined };

describe("Interruptible", () => {
  it("gives what its source gives", async () => {
    const { iterator, give } = source();
    const items = new Interruptible(iterator);
    const first = items.next();
    give(1);
    expect(await first).toEqual(item(1));
    const second = items.next();
    give(2);
    expect(await second).toEqual(item(2));
  });

  it("is interrupted while a reader waits, and asks its source no second time", async () => {
    const { iterator, give, asked } = source();
    const items = new Interruptible(iterator);
    const interrupted = items.next();
    items.interrupt("now");
    expect(await interrupted).toEqual(item("now"));
    const next = items.next();
    give(1);
    expect(await next).toEqual(item(1));
    expect(asked).toHaveLength(1);
  });

  it("keeps what the source gave meanwhile, after the interruptions", async () => {
    const { iterator, give } = source();
    const items = new Interruptible(iterator);
    const first = items.next();
    items.interrupt("a");
    await first;
    give(1);
    await Promise.resolve();
    items.interrupt("b");
    expect([await items.next(), await items.next()]).toEqual([item("b"), item(1)]);
  });

  it("keeps an error too, and nobody hears of it before it is read", async () => {
    const { iterator, fail } = source();
    const items = new Interruptible(iterator);
    const first = items.next();
    items.interrupt("a");
    await first;
    fail(new Error("broken"));
    await new Promise((resolve) => setTimeout(resolve));
    await expect(items.next()).rejects.toThrow("broken");
  });

  it("ends once its source was left, whatever that still gives", async () => {
    const { iterator, give, returned } = source();
    const items = new Interruptible(iterator);
    let ended = false;
    const reading = items.next().then((step) => {
      ended = true;
      return step;
    });
    const left = items.return();
    give("too late");
    await new Promise((resolve) => setTimeout(resolve));
    expect(ended).toBe(false);
    returned.resolve();
    expect([await reading, await left, await items.next()]).toEqual([END, END, END]);
  });
});
