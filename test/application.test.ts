import { describe, expect, it } from "vitest";
import { type Application, mapApplications } from "../src/application.ts";
import { applicationGraph } from "../src/application-graph.ts";
import { deployment, type Handle } from "../src/index.ts";

class Leaf {
  value(): number {
    return 1;
  }
}

class Node {
  readonly children: readonly Handle<Leaf>[];

  constructor(...children: Handle<Leaf>[]) {
    this.children = children;
  }
}

const leaf = (name?: string) => deployment(Leaf, { ...(name && { name }) }).bind();
const node = (name: string, ...children: Application<unknown>[]) =>
  deployment(Node, { name }).bind(...(children as Application<Leaf>[]));
const names = (app: Application<unknown>) => applicationGraph(app).nodes.map(({ name }) => name);

describe("applicationGraph", () => {
  it("lists callees before callers, the ingress last", () => {
    const app = node("top", node("left", leaf("a")), node("right", leaf("b")));
    expect(names(app)).toEqual(["a", "left", "b", "right", "top"]);
    expect(applicationGraph(app).ingress).toBe("top");
  });

  it("has an application that is bound twice once", () => {
    const shared = leaf("shared");
    expect(names(node("top", node("left", shared), node("right", shared)))).toEqual([
      "shared",
      "left",
      "right",
      "top",
    ]);
  });

  it("numbers deployments of one name, past names that are taken", () => {
    const app = node("top", leaf("A"), leaf("A_1"), leaf("A"), leaf("A"));
    expect(names(app)).toEqual(["A", "A_1", "A_2", "A_3", "top"]);
  });

  it("knows each application by its name", () => {
    const [first, second] = [leaf("A"), leaf("A")];
    const { referenceOf } = applicationGraph(node("top", first, second));
    expect([referenceOf(first), referenceOf(second)]).toEqual(["A", "A_1"]);
  });
});

describe("mapApplications", () => {
  it("replaces them in arrays and plain objects only", () => {
    const app = leaf();
    const kept = new Map([["app", app]]);
    const replaced = mapApplications([app, { in: [app] }, kept, 7, null], () => "handle");
    expect(replaced).toEqual(["handle", { in: ["handle"] }, kept, 7, null]);
  });
});
