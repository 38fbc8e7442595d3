import { expect, it } from "vitest";
import { readStream, readUntouched, type Source, streamOf } from "../../src/replica/iteration.ts";

function* counting(): Generator<number> {
  yield 1;
  yield 2;
}

async function all(source: Source): Promise<unknown[]> {
  const read: unknown[] = [];
  for (let step = await source.next(); !step.done; step = await source.next()) {
    read.push(step.value);
  }
  return read;
}

it("a stream that nobody has read is read by what it was made of, and by nobody else", async () => {
  const source = counting();
  const stream = streamOf(source);
  expect(readUntouched(stream)).toBe(source);
  expect(() => stream.getReader()).toThrow(TypeError);
});

it("any other stream is read as it is", async () => {
  const stream = new Blob(["text"]).stream();
  const [chunk] = await all(readUntouched(stream));
  expect(new TextDecoder().decode(chunk as Uint8Array)).toBe("text");
  expect(await all(readStream(streamOf(counting())))).toEqual([1, 2]);
});
