import { describe, expect, it } from "vitest";
import { Aborts, isAbortMessage } from "../adapters/browser/aborts.ts";

const abort = (requestId: string) => ({ isoserveAbort: requestId });

describe("Aborts", () => {
  it("tells whoever listens for the request, until that ends", () => {
    const aborts = new Aborts();
    const told: string[] = [];
    const ends = ["a", "a", "b"].map((id, at) => aborts.listen(id, () => told.push(`${id}${at}`)));
    ends[1]?.();
    aborts.abort(abort("a"));
    expect(told).toEqual(["a0"]);
  });

  it("remembers what overtook its request, once", () => {
    const aborts = new Aborts();
    const told: number[] = [];
    aborts.abort(abort("a"));
    for (const at of [0, 1]) aborts.listen("a", () => told.push(at))();
    expect(told).toEqual([0]);
  });

  it("forgets the oldest of many that nobody asked for", () => {
    const aborts = new Aborts();
    const told: string[] = [];
    for (let at = 0; at <= 64; at += 1) aborts.abort(abort(`${at}`));
    for (const id of ["0", "1", "64"]) aborts.listen(id, () => told.push(id));
    expect(told).toEqual(["1", "64"]);
  });

  it("knows its messages from others", () => {
    for (const other of [undefined, null, "isoserveAbort", {}, { isoserveSession: {} }]) {
      expect(isAbortMessage(other)).toBe(false);
    }
    expect(isAbortMessage(abort("a"))).toBe(true);
  });
});
