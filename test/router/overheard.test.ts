import { describe, expect, it } from "vitest";
import { iterable } from "../../src/replica/iteration.ts";
import { overheard } from "../../src/router/overheard.ts";
import { transfer } from "../../src/transfer.ts";

async function all(source: AsyncIterator<unknown> | Iterator<unknown>): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of iterable(source)) items.push(item);
  return items;
}

describe("overheard", () => {
  it("gives the copy what the reader reads, and nothing before that", async () => {
    const { original, copy } = overheard([1, 2, 3].values());
    const copied = all(copy);
    expect(await all(original)).toEqual([1, 2, 3]);
    expect(await copied).toEqual([1, 2, 3]);
  });

  it("copies what moves with the original", async () => {
    const bytes = new Uint8Array([1, 2]);
    const { original, copy } = overheard([transfer(bytes, [bytes.buffer])].values());
    expect((await original.next()).value).toBe(bytes);
    expect((await copy.next()).value).toEqual(bytes);
    expect(bytes.byteLength).toBe(2);
  });

  it("fails the copy, and only the copy, when it is read too slowly", async () => {
    const { original, copy } = overheard(Array.from({ length: 300 }, (_, at) => at).values());
    expect(await all(original)).toHaveLength(300);
    await expect(all(copy)).rejects.toThrow("too slowly");
  });

  it("fails the copy when the reader leaves or the stream fails", async () => {
    const left = overheard([1, 2].values());
    await left.original.return?.();
    await expect(all(left.copy)).rejects.toThrow("has left");
    const broken = overheard({
      next: async () => {
        throw new Error("no more");
      },
    });
    await expect(all(broken.original)).rejects.toThrow("no more");
    await expect(all(broken.copy)).rejects.toThrow("no more");
  });

  it("keeps nothing for a copy that nobody reads any more", async () => {
    const { original, copy } = overheard([1, 2].values());
    await copy.return?.();
    expect(await all(original)).toEqual([1, 2]);
    expect(await copy.next()).toMatchObject({ done: true });
  });
});
