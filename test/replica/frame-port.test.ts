import { describe, expect, it } from "vitest";
import { FramePort } from "../../src/replica/frame-port.ts";
import { type Frame, Op } from "../../src/replica/frames.ts";

/** A port that sends, and the messages that arrive at its other end. */
function pair() {
  const { port1, port2 } = new MessageChannel();
  const flushes: (() => void)[] = [];
  const port = new FramePort(port1 as never, (flush) => flushes.push(flush));
  const messages: Frame[][] = [];
  port2.on("message", (frames: Frame[]) => messages.push(frames));
  const arrived = async () => {
    for (const flush of flushes.splice(0)) flush();
    await new Promise((resolve) => setTimeout(resolve, 20));
    port2.close();
    return messages;
  };
  return { port, flushes, arrived };
}

const value = (id: number, held: unknown): Frame => [Op.Value, id, held, 0];

describe("FramePort", () => {
  it("sends the frames of one turn in one message", async () => {
    const { port, flushes, arrived } = pair();
    port.send(value(1, "one"));
    port.send(value(2, "two"));
    expect(flushes).toHaveLength(1);
    expect(await arrived()).toEqual([[value(1, "one"), value(2, "two")]]);
  });

  it("keeps the rest of a turn when one frame can't be cloned", async () => {
    const { port, arrived } = pair();
    const refused: unknown[] = [];
    port.send(value(1, "one"));
    port.send(
      value(2, () => {}),
      undefined,
      (error) => void refused.push(error),
    );
    port.send(value(3, "three"));
    expect(await arrived()).toEqual([[value(1, "one")], [value(3, "three")]]);
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({ name: "DataCloneError" });
  });

  it("sends what replaces a frame in its place", async () => {
    const { port, arrived } = pair();
    port.send([Op.Item, 1, "first"]);
    port.send([Op.Item, 1, () => {}], undefined, () => [Op.Stop, 1, { type: "value", fields: {} }]);
    port.send([Op.End, 1]);
    const ops = (await arrived()).flat().map(([op]) => op);
    expect(ops).toEqual([Op.Item, Op.Stop, Op.End]);
  });

  it("moves each frame's own buffers when frames go one by one", async () => {
    const { port, arrived } = pair();
    const [a, b] = [new Uint8Array([1]), new Uint8Array([2])];
    port.send(value(1, { a }), [a.buffer]);
    port.send(value(2, Symbol("no")), undefined, () => undefined);
    port.send(value(3, [b]), [b.buffer]);
    expect(await arrived()).toEqual([
      [value(1, { a: new Uint8Array([1]) })],
      [value(3, [new Uint8Array([2])])],
    ]);
    expect([a.byteLength, b.byteLength]).toEqual([0, 0]);
  });

  it("refuses only the second of two frames that move one buffer", async () => {
    const { port, arrived } = pair();
    const bytes = new Uint8Array([1]);
    const refused: number[] = [];
    for (const id of [1, 2]) {
      port.send(value(id, bytes), [bytes.buffer], () => void refused.push(id));
    }
    expect(await arrived()).toHaveLength(1);
    expect(refused).toEqual([2]);
  });

  it("sends what is queued when it closes, and nothing after", async () => {
    const { port, arrived } = pair();
    port.send(value(1, "one"));
    port.close();
    port.send(value(2, "two"));
    expect(await arrived()).toEqual([[value(1, "one")]]);
  });
});
