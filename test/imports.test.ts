import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

interface Import {
  readonly from: string;
  readonly specifier: string;
  /** The file it means, relative to the root; undefined for a package. */
  readonly to: string | undefined;
  readonly typeOnly: boolean;
}

const IMPORT =
  /^(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/gm;

function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
}

function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter(
      (name) => name.endsWith(".ts") && !/node_modules|\.wrangler|\.d\.ts$|\.test\.ts$/.test(name),
    )
    .map((name) => join(folder, name));
}

const textOf = (file: string) => readFileSync(join(ROOT, file), "utf8");

function importsOf(file: string): Import[] {
  return [...withoutComments(textOf(file)).matchAll(IMPORT)].map(([, type, fixed, dynamic]) => {
    const specifier = (fixed ?? dynamic) as string;
    const to = specifier.startsWith(".")
      ? relative(ROOT, join(ROOT, dirname(file), specifier))
      : undefined;
    return { from: file, specifier, to, typeOnly: type !== undefined };
  });
}

const src = filesIn("src");
const adapters = filesIn("adapters");
const workers = filesIn("workers");
const importsIn = (files: readonly string[]) => files.flatMap(importsOf);
const shown = ({ from, specifier }: Import) => `${from} imports ${specifier}`;
const packageOf = (specifier: string) =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

describe("the reader of imports", () => {
  it("sees each import there is", () => {
    const lines = src.flatMap((file) =>
      withoutComments(textOf(file))
        .split("\n")
        .filter((line) => /(^import\b|\bfrom) .*"[^"]+";$/.test(line)),
    );
    expect(importsIn(src)).toHaveLength(lines.length);
    expect(lines.length).toBeGreaterThan(100);
  });
});

describe("src", () => {
  it("imports nothing outside of itself but packages", () => {
    const outside = importsIn(src).filter(({ to }) => to !== undefined && !to.startsWith("src/"));
    expect(outside.map(shown)).toEqual([]);
  });

  it("names no module of a platform", () => {
    const naming = src.filter((file) => /["'`](node|cloudflare):/.test(textOf(file)));
    expect(naming).toEqual([]);
  });

  it.each([
    ["comlink", ["src/replica/control.ts"]],
    [
      "zod",
      [
        "src/options-table.ts",
        "src/options.ts",
        "src/rollout-plan.ts",
        "src/traffic-plan.ts",
        "src/autoscale/autoscaling-options.ts",
        "src/config/json-schema.ts",
        "src/config/problems.ts",
        "src/config/schema.ts",
        "src/telemetry/logging-schema.ts",
      ],
    ],
    ["itty-router", ["src/http/admin-router.ts", "src/http/own-routes.ts"]],
  ])("imports %s in few places", (name, files) => {
    const importing = importsIn(src).filter(({ specifier }) => packageOf(specifier) === name);
    expect(importing.map(({ from }) => from)).toEqual(files);
  });

  it("has deciders that import no more than types, errors and one another", () => {
    const deciders = [
      "src/heap.ts",
      "src/autoscale/by-ongoing-calls.ts",
      "src/autoscale/decide.ts",
      "src/autoscale/delay.ts",
      "src/autoscale/load-window.ts",
      "src/autoscale/policy.ts",
      "src/controller/reconcile.ts",
      "src/controller/status.ts",
      "src/controller/health.ts",
      "src/controller/upgrade.ts",
      "src/resources.ts",
      "src/multiplex/eviction.ts",
      "src/router/choose/by-function.ts",
      "src/router/choose/by-key.ts",
      "src/router/choose/by-model.ts",
      "src/router/choose/candidate.ts",
      "src/router/choose/least.ts",
      "src/router/choose/power-of-two.ts",
      "src/router/hash.ts",
      "src/router/pick.ts",
      "src/router/queue.ts",
      "src/http/route-prefix.ts",
    ];
    const acting = importsIn(deciders).filter(
      ({ typeOnly, to }) => !typeOnly && to !== "src/errors.ts" && !deciders.includes(to ?? ""),
    );
    expect(acting.map(shown)).toEqual([]);
  });

  it("has layers: http, router and controller know nothing of each other, replica nothing of them", () => {
    const layer = (file: string) => /^src\/(\w+)\//.exec(file)?.[1] ?? "core";
    const pairs = importsIn(src)
      .filter(({ typeOnly }) => !typeOnly)
      .map(({ from, to }) => (to ? `${layer(from)} → ${layer(to)}` : ""));
    for (const forbidden of [
      "http → router",
      "http → controller",
      "router → http",
      "router → controller",
      "controller → http",
      "controller → router",
      "controller → replica",
      "replica → controller",
    ]) {
      expect(pairs).not.toContain(forbidden);
    }
  });

  it("has no cycles", () => {
    const edges = new Map(
      src.map((file) => [file, importsOf(file).filter((one) => !one.typeOnly)]),
    );
    const done = new Set<string>();
    const walk = (file: string, path: readonly string[]): string[] | undefined => {
      if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
      if (done.has(file)) return undefined;
      for (const { to } of edges.get(file) ?? []) {
        const cycle = to && walk(to, [...path, file]);
        if (cycle) return cycle;
      }
      done.add(file);
      return undefined;
    };
    for (const file of src) expect(walk(file, [])).toBeUndefined();
  });
});

describe("adapters", () => {
  it("import src and themselves only", () => {
    const folder = (file: string) => file.split("/").slice(0, 2).join("/");
    const outside = importsIn(adapters).filter(
      ({ from, to }) => to !== undefined && !to.startsWith("src/") && folder(to) !== folder(from),
    );
    expect(outside.map(shown)).toEqual([]);
  });

  it("of model backends know nothing of isoserve", () => {
    const backend = adapters.filter((file) => /^adapters\/(tfjs|onnx)\//.test(file));
    const inwards = importsIn(backend).filter(({ to }) => to?.startsWith("src/"));
    expect(inwards.map(shown)).toEqual([]);
  });
});

describe("workers", () => {
  it("import adapters and src only, in 15 lines at most", () => {
    const outside = importsIn(workers).filter(({ to }) => !to || !/^(adapters|src)\//.test(to));
    expect(outside.map(shown)).toEqual([]);
    const long = workers.filter((file) => textOf(file).split("\n").length > 16);
    expect(long).toEqual([]);
  });
});

describe("packages", () => {
  const manifest = JSON.parse(textOf("package.json")) as Record<string, Record<string, string>>;
  const declared = (...kinds: string[]) =>
    kinds.flatMap((kind) => Object.keys(manifest[kind] ?? {}));

  function undeclared(files: readonly string[], ...kinds: string[]): string[] {
    const known = declared(...kinds);
    return importsIn(files)
      .filter(({ to, specifier }) => to === undefined && !/^(node|cloudflare):/.test(specifier))
      .filter(({ specifier }) => !known.includes(packageOf(specifier)))
      .map(shown);
  }

  it("that users need are declared as such", () => {
    const shipped = [...src, ...adapters, ...workers];
    expect(undeclared(shipped, "dependencies", "peerDependencies")).toEqual([]);
  });

  it("that only the repository needs are declared too", () => {
    const rest = [...filesIn("test"), ...filesIn("bench"), ...filesIn("demos")];
    const kinds = ["dependencies", "peerDependencies", "devDependencies"];
    expect(undeclared(rest, ...kinds).filter((line) => !line.includes("isoserve"))).toEqual([]);
  });
});
