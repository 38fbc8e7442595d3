import { describe, expect, it } from "vitest";
import { applicationGraph, splitReference } from "../src/application-graph.ts";
import { deployment, type Handle, split } from "../src/index.ts";

class One {
  call() {
    return 1;
  }
}
class Api {
  readonly handles: readonly Handle<One>[];

  constructor(outer: Handle<One>, inner: Handle<One>) {
    this.handles = [outer, inner];
  }
}
const one = deployment(One).bind();
const other = deployment(One, { name: "Other" }).bind();
const given = { stable: one, canary: other };
const even = { stable: 0.5, canary: 0.5 };

describe("split", () => {
  it("is a node of its application: its arms are deployments like others", () => {
    const root = split(given, {
      weights: { stable: 0.9, canary: 0.1 },
      shadow: { next: [one, 0.5] },
    });
    const { nodes, splits, ingress, referenceOf } = applicationGraph(root);
    expect(nodes.map(({ name }) => name)).toEqual(["One", "Other"]);
    expect(splits).toEqual([
      {
        name: "Split",
        arms: [
          { name: "stable", to: "One", weight: 0.9 },
          { name: "canary", to: "Other", weight: 0.1 },
        ],
        shadows: [{ name: "next", to: "One", weight: 0.5 }],
      },
    ]);
    expect([ingress, referenceOf(root)]).toEqual([
      splitReference("Split"),
      splitReference("Split"),
    ]);
  });

  it("can be bound, and can be an arm of another", () => {
    const inner = split(given, { name: "Inner", weights: even });
    const outer = split({ all: inner }, { name: "Outer", weights: { all: 1 } });
    const { nodes, splits, ingress } = applicationGraph(deployment(Api).bind(outer, inner));
    expect(nodes.map(({ name }) => name)).toEqual(["One", "Other", "Api"]);
    expect(splits.map(({ name }) => name)).toEqual(["Inner", "Outer"]);
    expect(splits[1]?.arms).toEqual([{ name: "all", to: splitReference("Inner"), weight: 1 }]);
    expect(ingress).toBe("Api");
  });

  it.each<[string, () => unknown]>([
    [
      "split(Split): traffic.weights must add up to 1",
      () => split(given, { weights: { stable: 0.5, canary: 0.4 } }),
    ],
    [
      "split(Split): traffic.weights.stable must be a number from 0 to 1",
      () => split(given, { weights: { stable: -1, canary: 2 } }),
    ],
    [
      "split(Split): traffic.weights.gone is no arm of the split; it has stable, canary",
      () => split(given, { weights: { gone: 1 } as never }),
    ],
    [
      "split(Split): traffic.weights must be an object of shares by arm",
      () => split(given, {} as never),
    ],
    [
      "split(Split): traffic.shadow.next must be a number from 0 to 1",
      () => split(given, { weights: even, shadow: { next: [one, 2] } }),
    ],
    [
      "split(Split): shadow.next must be [application, share]",
      () => split(given, { weights: even, shadow: { next: one as never } }),
    ],
    [
      "split(Split): stable must be an application",
      () => split({ stable: One as never, canary: one }, { weights: even }),
    ],
    [
      "split(1st): option name must start with a letter",
      () => split(given, { name: "1st", weights: even }),
    ],
  ])("refuses: %s", (message, make) => {
    expect(make).toThrow(message);
  });
});
