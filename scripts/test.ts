import { spawnSync } from "node:child_process";
import { ensureChromium } from "./chromium.ts";
import { ensurePrometheus } from "./prometheus.ts";

/** What `npm test` runs, in this order; the first that fails ends it. */
const STEPS: readonly (readonly [string, ...string[]])[] = [
  ["npm", "run", "--silent", "build"],
  ["npm", "run", "--silent", "lint"],
  ["npm", "run", "--silent", "types"],
  ["vitest", "run", ...process.argv.slice(2)],
];

try {
  process.env["CHROMIUM_PATH"] = ensureChromium();
  process.env["PROMETHEUS_PATH"] = ensurePrometheus().prometheus;
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
for (const [command, ...args] of STEPS) {
  console.log(`> ${command} ${args.join(" ")}`);
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
