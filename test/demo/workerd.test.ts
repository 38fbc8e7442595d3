import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { apiSuite, ask } from "./api-suite.ts";
import { type NodeHost, startNode } from "./node-host.ts";
import { SAMPLES } from "./samples.ts";
import { startWorkerd } from "./workerd-host.ts";

const WRANGLER = fileURLToPath(new URL("../../node_modules/.bin/wrangler", import.meta.url));
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

let node: NodeHost;
let host: Awaited<ReturnType<typeof startWorkerd>>;
beforeAll(async () => {
  [host, node] = await Promise.all([startWorkerd(), startNode()]);
}, 60_000);
afterAll(async () => {
  await Promise.all([host.stop(), node.stop()]);
});

apiSuite(() => host.url);

it.each(SAMPLES)("$name has the probabilities that Node computes", async (sample) => {
  const [here, there] = await Promise.all([ask(host.url, sample), ask(node.url, sample)]);
  for (const [digit, share] of here.probabilities.entries()) {
    expect(share).toBeCloseTo(there.probabilities[digit] ?? Number.NaN, 4);
  }
});

it("deploys as less than 1 MiB, compressed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "isoserve-digits-"));
  try {
    const { stdout } = await promisify(execFile)(
      WRANGLER,
      ["deploy", "--dry-run", "--outdir", folder],
      { cwd: ROOT },
    );
    const [, kib] = stdout.match(/gzip: ([\d.]+) KiB/) ?? [];
    expect(Number(kib)).toBeGreaterThan(0);
    expect(Number(kib)).toBeLessThan(1024);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 60_000);
