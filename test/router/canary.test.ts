import { describe, expect, it } from "vitest";
import { sidesOf } from "../../src/router/canary.ts";

const links = ["old#1", "old#2", "new#3"].map((replicaId) => ({ caller: { replicaId } }));
const canary = { replicaIds: ["new#3"], share: 0.25 };
const keys = Array.from({ length: 5_000 }, (_, at) => `user-${at}`);
const idsOf = (given: typeof canary, key: string, among = links) =>
  sidesOf(among, given, key).map((side) => side.map(({ caller }) => caller.replicaId));
const onNew = (share: number) =>
  keys.filter((key) => idsOf({ ...canary, share }, key)[0]?.[0] === "new#3");

describe("sidesOf", () => {
  it("gives the new version its share of the keys, and keeps them while it grows", () => {
    const [few, more] = [onNew(0.25), onNew(0.5)];
    expect(few.length / keys.length).toBeCloseTo(0.25, 1);
    expect(more.length / keys.length).toBeCloseTo(0.5, 1);
    expect(more).toEqual(expect.arrayContaining(few));
  });

  it("lets calls fall back to the old version, never to the new one", () => {
    const [new1 = ""] = onNew(0.25);
    const old1 = keys.find((key) => !onNew(0.25).includes(key)) ?? "";
    expect(idsOf(canary, new1)).toEqual([["new#3"], ["old#1", "old#2"]]);
    expect(idsOf(canary, old1)).toEqual([["old#1", "old#2"]]);
  });

  it("gives all to one side where the other has nobody", () => {
    const [first, second, third] = links as [Link, Link, Link];
    expect(idsOf(canary, "user", [first, second])).toEqual([["old#1", "old#2"]]);
    expect(idsOf(canary, "user", [third])).toEqual([["new#3"]]);
  });
});

type Link = (typeof links)[number];
