import { spawnSync } from "node:child_process";

/** Each folder with what its platform knows: core must not see Node, an adapter not another platform. */
const PROJECTS = [
  "test",
  "test/tsconfig.browser.json",
  "test/workerd",
  "test/demo",
  "scripts",
  "bench",
  "demos/digits",
  "demos/digits/tsconfig.browser.json",
  "demos/digits/tsconfig.cloudflare.json",
];

const runs = [["-b", "tsconfig.json"], ...PROJECTS.map((project) => ["-p", project, "--noEmit"])];
const failed = runs.filter((args) => spawnSync("tsc", args, { stdio: "inherit" }).status !== 0);
process.exit(failed.length === 0 ? 0 : 1);
