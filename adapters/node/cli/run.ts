import { Command, InvalidArgumentError } from "commander";
import { createServe, type DeploymentOptions } from "../../../src/index.ts";
import { importApp } from "../app-module.ts";
import { closeOnSignals } from "../close-on-signals.ts";
import { node } from "../index.ts";
import { listen } from "../listen.ts";

interface RunFlags {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly routePrefix: string;
  readonly replicas: Readonly<Record<string, DeploymentOptions>>;
}

const EXAMPLES = `
Examples:
  isoserve run app.ts                        the application that app.ts exports by default
  isoserve run models.ts#digits --port 9000  the one it exports as digits
  isoserve run app.ts --replicas Classifier=4`;

/** `isoserve run`. */
export function runCommand(): Command {
  return new Command("run")
    .summary("serve an app module until Ctrl-C")
    .description(
      "Serves the application that a module exports, TypeScript as it is, in worker threads of this process.\nCtrl-C finishes the running requests and exits.",
    )
    .argument("<module>", "the app module, with #name for an export other than the default")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--port <number>", "port to listen on, 0 for any free one", port, 8000)
    .option("--name <name>", "name of the application", "default")
    .option("--route-prefix <path>", "path it answers under", "/")
    .option("--replicas <NAME=N>", "replicas of one deployment; may be repeated", replicas, {})
    .addHelpText("after", EXAMPLES)
    .action(run);
}

async function run(given: string, flags: RunFlags): Promise<void> {
  const { application, url } = await importApp(given);
  const serve = createServe(node());
  const { name, routePrefix, replicas: deployments, host } = flags;
  // The port first: who can't have it should not wait for models to load.
  const listening = await listen(serve, { host, port: flags.port });
  closeOnSignals(serve, listening, () => console.log("isoserve: finishing the running requests"));
  await serve.run(application, { name, routePrefix, deployments, module: url });
  const { deployments: running = {} } = serve.status().applications[name] ?? {};
  for (const [
    deployment,
    {
      replicas: { length },
    },
  ] of Object.entries(running)) {
    console.log(`  ${deployment}: ${length} ${length === 1 ? "replica" : "replicas"}`);
  }
  const address = `${listening.url}${routePrefix}`;
  console.log(`isoserve: ${given} is served at ${address} (Ctrl-C ends it)`);
  console.log(`  curl ${address}`);
}

function port(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 0 && number <= 65_535) return number;
  throw new InvalidArgumentError("A port is a whole number from 0 to 65535.");
}

function replicas(
  value: string,
  before: Readonly<Record<string, DeploymentOptions>>,
): Record<string, DeploymentOptions> {
  const [, name, count] = /^(.+)=(\d+)$/.exec(value) ?? [];
  if (!name || Number(count) < 1) {
    throw new InvalidArgumentError("It takes NAME=N with N at least 1, as in Classifier=4.");
  }
  return { ...before, [name]: { numReplicas: Number(count) } };
}
