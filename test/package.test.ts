import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const ROOT = new URL("..", import.meta.url).pathname;
const EXAMPLE = new URL("./package/", import.meta.url);

// A user's project: outside of this tree, with nothing but the published package.
let project = "";

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "isoserve-package-"));
  const packed = execFileSync(
    "npm",
    ["pack", "--ignore-scripts", "--json", "--pack-destination", project],
    {
      cwd: ROOT,
    },
  );
  const { filename } = tarball(JSON.parse(packed.toString()));
  for (const file of ["package.json", "tsconfig.json", "app.ts", "start.ts"]) {
    await writeFile(join(project, file), await readFile(new URL(file, EXAMPLE)));
  }
  const install = ["install", "--no-audit", "--no-fund", "--prefer-offline", `./${filename}`];
  await run("npm", install, { cwd: project });
}, 180_000);
afterAll(() => rm(project, { recursive: true, force: true }));

/** npm 11 lists what it packed, npm 12 keys it by name. */
function tarball(packed: unknown): { readonly filename: string } {
  return Object.values(packed as object)[0] as { filename: string };
}

describe("the published package", () => {
  it("runs an app by its command", async () => {
    const server = spawn(
      process.execPath,
      ["node_modules/isoserve/bin/isoserve.js", "run", "app.ts", "--port", "0"],
      { cwd: project, stdio: ["ignore", "pipe", "inherit"] },
    );
    try {
      let address: string | undefined;
      for await (const line of createInterface({ input: server.stdout })) {
        address = /http:\/\/[\d.]+:\d+\//.exec(line)?.[0];
        if (address) break;
      }
      const response = await fetch(`${address}greet?name=Ada`);
      expect(await response.json()).toEqual({ greeting: "Hello, Ada" });
    } finally {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGTERM");
      expect(await ended).toBe(0);
    }
  }, 30_000);

  it("runs an app by its library, on worker threads", async () => {
    const { stdout } = await run(process.execPath, ["start.ts"], { cwd: project });
    expect(stdout.trim()).toBe("Hello, Grace");
  }, 30_000);

  it("has types that hold without skipLibCheck of its own", async () => {
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    await run(process.execPath, [tsc, "-p", "."], { cwd: project });
  }, 60_000);

  it("holds what runs, and nothing of the tests", async () => {
    const list = execFileSync("npm", ["pack", "--ignore-scripts", "--dry-run", "--json"], {
      cwd: ROOT,
    });
    const { files } = Object.values(JSON.parse(list.toString()) as object)[0] as {
      files: { path: string }[];
    };
    const paths = files.map(({ path }) => path);
    expect(paths).toContain("bin/isoserve.js");
    expect(paths).toContain("dist/workers/replica.node.js");
    expect(paths).toContain("dist/types/adapters/node/entry.d.ts");
    expect(
      paths.filter((path) => /test|demos|bench|tsbuildinfo/.test(path) && !/testing/.test(path)),
    ).toEqual([]);
  });
});
