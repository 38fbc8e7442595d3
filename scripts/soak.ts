import { spawnSync } from "node:child_process";

/** The tests whose counts grow with `ISOSERVE_SOAK`; CI runs them short. */
const LONG = [
  "test/node.recovery.test.ts",
  "test/node.cancellations.test.ts",
  "test/node.kills.test.ts",
  "test/node.shadows.test.ts",
  "test/fuzz",
];

const { status } = spawnSync(
  "vitest",
  ["run", "--project", "node", "--typecheck=false", ...LONG, ...process.argv.slice(2)],
  { stdio: "inherit", env: { ...process.env, ISOSERVE_SOAK: "1" } },
);
process.exit(status ?? 1);
