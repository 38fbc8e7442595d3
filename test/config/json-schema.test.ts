import { describe, expect, it } from "vitest";
import { configJsonSchema } from "../../src/config/json-schema.ts";

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly description?: string;
  readonly default?: unknown;
  readonly not?: object;
  readonly enum?: readonly string[];
  readonly additionalProperties?: boolean | Node;
}

/** Every node with its path. */
function nodesOf(node: Node, path = ""): [string, Node][] {
  return [
    [path, node],
    ...Object.entries(node.properties ?? {}).flatMap(([key, inner]) =>
      nodesOf(inner, `${path}.${key}`),
    ),
    // Values of any name are described as what has them.
    ...(isObject(node.additionalProperties) ? nodesOf(node.additionalProperties, `${path}{}`) : []),
    ...(node.items ? nodesOf(node.items, `${path}[]`) : []),
  ];
}

function isObject(node: Node["additionalProperties"]): node is Node {
  return typeof node === "object" && node.properties !== undefined;
}

const nodes = new Map(nodesOf(configJsonSchema()));

describe("the JSON Schema", () => {
  it.each([...nodes.keys()])("describes %s", (path) => {
    expect(nodes.get(path)?.description).toMatch(/^\S.*\S$/);
  });

  it("refuses what it does not know", () => {
    const open = [...nodes].filter(
      ([, { properties, additionalProperties }]) => properties && additionalProperties !== false,
    );
    expect(open).toEqual([]);
  });

  it("does not offer what this version refuses", () => {
    expect([...nodes.keys()]).not.toContain(".applications[].runtimeEnv");
    expect([...nodes].filter(([, { not }]) => not)).toEqual([]);
  });

  it("offers routers by their names", () => {
    const { enum: names } = nodes.get(".applications[].deployments[].router") ?? {};
    expect(names).toEqual(["powerOfTwo", "leastLoaded", "roundRobin", "consistentHash"]);
  });

  it.each([
    [".applications[].name", "default"],
    [".applications[].routePrefix", "/"],
    [".httpOptions.port", 8000],
    [".httpOptions.requestTimeoutMs", undefined],
    [".applications[].deployments[].numReplicas", 1],
    [".applications[].deployments[].router", "powerOfTwo"],
    [".applications[].deployments[].name", undefined],
    [".applications[].deployments[].userConfig", undefined],
  ])("says what %s is when it is not given", (path, value) => {
    expect(nodes.get(path)?.default).toBe(value);
  });
});
