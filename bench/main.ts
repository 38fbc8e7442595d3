import { writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { autoscaleSuite } from "./autoscale.ts";
import { batchSuite } from "./batch.ts";
import { callSuite, transferSuite } from "./calls.ts";
import { controllerSuite } from "./controller.ts";
import { hopSuite } from "./hops.ts";
import { httpSuite, postSuite } from "./http.ts";
import { measured, serve } from "./isoserve.ts";
import { logsSuite } from "./logs.ts";
import { metricsSuite } from "./metrics.ts";
import { formatPage } from "./page.ts";
import { simulateSuite } from "./simulate/suite.ts";
import { startSuite } from "./start-up.ts";
import { streamSuite } from "./streams.ts";
import { Skipped, type Suite } from "./suite.ts";
import { formatTable, type Row } from "./table.ts";

const SUITES = [
  callSuite,
  transferSuite,
  batchSuite,
  httpSuite,
  postSuite,
  hopSuite,
  streamSuite,
  startSuite,
  controllerSuite,
  metricsSuite,
  logsSuite,
  simulateSuite,
  autoscaleSuite,
];
const HELP = `npm run bench -- [--rounds 5] [--seconds 2] [--only ${SUITES.map(({ name }) => name).join("|")}] [--json FILE] [--page FILE]
Everything in a row was measured in turn in this run; every figure is a median [least–most] of rounds.`;

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "2" },
    only: { type: "string", multiple: true },
    json: { type: "string" },
    page: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

if (flags.help) {
  console.log(HELP);
} else {
  await main();
}

async function main(): Promise<void> {
  const options = { rounds: positive("rounds"), seconds: positive("seconds") };
  const suites = chosen();
  const machine = {
    date: new Date().toISOString(),
    measured,
    node: process.version,
    cpu: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
    loadAverage: loadavg().map((load) => Number(load.toFixed(2))),
  };
  console.log(
    `isoserve from ${measured}\nNode ${machine.node}, ${machine.cpu}, load average ${machine.loadAverage.join(" ")}; ` +
      `${options.rounds} rounds of ${options.seconds} s\n`,
  );
  const rows: Row[] = [];
  const skipped: Record<string, string> = {};
  for (const suite of suites) {
    console.error(`measuring ${suite.name} …`);
    try {
      rows.push(...(await suite.run(options)));
    } catch (error) {
      if (!(error instanceof Skipped)) throw error;
      skipped[suite.name] = error.message;
    }
  }
  await serve.shutdown();
  console.log(formatTable(rows));
  for (const [name, why] of Object.entries(skipped)) console.log(`${name} was skipped: ${why}`);
  const report = { ...machine, ...options, rows, skipped };
  if (flags.json) await writeFile(flags.json, `${JSON.stringify(report, null, 2)}\n`);
  if (flags.page) await writeFile(flags.page, formatPage(report));
}

function chosen(): readonly Suite[] {
  const { only } = flags;
  if (!only) return SUITES;
  for (const name of only) {
    if (!SUITES.some((suite) => suite.name === name)) refuse(`no ${name} to measure`);
  }
  return SUITES.filter(({ name }) => only.includes(name));
}

function positive(name: "rounds" | "seconds"): number {
  const value = Number(flags[name]);
  if (value > 0 && (name === "seconds" || Number.isInteger(value))) return value;
  return refuse(`--${name} must be a positive number, got ${flags[name]}`);
}

function refuse(problem: string): never {
  console.error(`${problem}\n${HELP}`);
  process.exit(2);
}
