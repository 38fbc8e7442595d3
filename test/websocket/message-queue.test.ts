import { describe, expect, it } from "vitest";
import { MessageQueue } from "../../src/websocket/message-queue.ts";

function queue() {
  const told: string[] = [];
  const messages = new MessageQueue({
    drained: () => void told.push("drained"),
    left: async () => void told.push("left"),
  });
  return { messages, told };
}

const item = (value: unknown) => ({ done: false, value });
const END = { done: true, value: undefined };

describe("MessageQueue", () => {
  it("hands an item to a reader that waits, and keeps the others in their order", async () => {
    const { messages } = queue();
    const first = messages.next();
    for (const text of ["a", "b", "c"]) messages.push(text);
    expect(messages.length).toBe(2);
    expect([await first, await messages.next(), await messages.next()]).toEqual(
      ["a", "b", "c"].map(item),
    );
    expect(messages.length).toBe(0);
  });

  it("tells what waits takes, empty messages too", () => {
    const { messages } = queue();
    messages.push("");
    const empty = messages.bytes;
    expect(empty).toBeGreaterThan(0);
    messages.push(new ArrayBuffer(1000));
    expect(messages.bytes).toBe(2 * empty + 1000);
    messages.clear();
    expect([messages.bytes, messages.length]).toEqual([0, 0]);
  });

  it("tells when the last one was taken", async () => {
    const { messages, told } = queue();
    messages.push("a");
    messages.push("b");
    await messages.next();
    expect(told).toEqual([]);
    await messages.next();
    expect(told).toEqual(["drained"]);
  });

  it("keeps its order over many items that come and go", async () => {
    const { messages } = queue();
    let read = 0;
    for (let pushed = 0; pushed < 20_000; pushed += 1) {
      messages.push(String(pushed));
      if (pushed % 3 === 0) expect(await messages.next()).toEqual(item(String(read++)));
    }
    while (messages.length > 0) expect(await messages.next()).toEqual(item(String(read++)));
    expect(read).toBe(20_000);
  });

  it("ends, or fails, once all was read", async () => {
    const { messages } = queue();
    messages.push("a");
    messages.fail(new Error("broken"));
    messages.push("too late");
    expect(await messages.next()).toEqual(item("a"));
    await expect(messages.next()).rejects.toThrow("broken");
    expect(await messages.next()).toEqual(END);
  });

  it("forgets all when its reader leaves, and tells", async () => {
    const { messages, told } = queue();
    messages.push("a");
    expect(await messages.return()).toEqual(END);
    expect(told).toEqual(["drained", "left"]);
    expect(await messages.next()).toEqual(END);
  });
});
