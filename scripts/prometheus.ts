import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Prometheus {
  readonly prometheus: string;
  /** What checks the text that Prometheus would read. */
  readonly promtool: string;
}

const PLACES = ["/usr/bin/prometheus", "/usr/local/bin/prometheus", "/opt/homebrew/bin/prometheus"];

/** The Prometheus to test with: `PROMETHEUS_PATH` or one in the usual places, with its `promtool` beside it. */
export function findPrometheus(): Prometheus | undefined {
  const given = process.env["PROMETHEUS_PATH"];
  if (given && !existsSync(given)) {
    throw new Error(`PROMETHEUS_PATH is ${given}, but no such file exists; correct or unset it`);
  }
  const prometheus = given || PLACES.find((path) => existsSync(path));
  return prometheus ? { prometheus, promtool: join(dirname(prometheus), "promtool") } : undefined;
}

/**
 * Finds a Prometheus, or installs one: as root on Debian or Ubuntu, the distribution's package.
 *
 * @throws when that does not work, saying what to install
 */
export function ensurePrometheus(): Prometheus {
  const found = findPrometheus();
  if (found) return found;
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    console.log("No Prometheus found: installing one for the tests.");
    attempt(["update"]);
    attempt(["install", "-y", "--no-install-recommends", "prometheus"]);
  }
  const installed = findPrometheus();
  if (installed) return installed;
  throw new Error(
    "The tests need Prometheus and could not install it. Install it (Debian, Ubuntu: apt-get install prometheus; elsewhere: https://prometheus.io/download/) or set PROMETHEUS_PATH to its program, with promtool beside it.",
  );
}

/** What fails here shows in that there is still no Prometheus. */
function attempt(args: readonly string[]): void {
  try {
    execFileSync("apt-get", args, { stdio: "inherit" });
  } catch (error) {
    console.log(`apt-get ${args.join(" ")} failed: ${(error as Error).message.split("\n")[0]}`);
  }
}
