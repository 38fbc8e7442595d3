import { Command } from "commander";
import type { HttpOptions } from "../../../src/config/http-options.ts";
import type { ParsedConfig } from "../../../src/config/parse-target.ts";
import { ServeError } from "../../../src/errors.ts";
import { node } from "../index.ts";
import { type AdminFlags, adminOf, withAdminOptions } from "./admin-options.ts";
import { examples } from "./examples.ts";
import { FileWatch } from "./file-watch.ts";
import { applicationName, port, replicas, routePrefix } from "./flag-values.ts";
import { type LogFlags, loggingOf, withLogOptions } from "./log-options.ts";
import { printFailure } from "./print-failure.ts";
import { type ResourceFlags, resourcesOf, withResourceOptions } from "./resource-options.ts";
import { type Server, startServer } from "./server.ts";
import { configSource, type ModuleFlags, moduleSource, type Source } from "./source.ts";

interface RunFlags extends Partial<ModuleFlags>, AdminFlags, ResourceFlags, LogFlags {
  readonly host?: string;
  readonly port?: number;
  readonly watch?: boolean;
}

const EXAMPLES = examples(
  ["isoserve run app.ts", "the application that app.ts exports by default"],
  ["isoserve run models.ts#digits --port 9000", "the one it exports as digits"],
  ["isoserve run app.ts --replicas Classifier=4", ""],
  ["isoserve run serve.yaml --watch", "what a configuration says, as it is changed"],
);

/** `isoserve run`. */
export function runCommand(): Command {
  const command = new Command("run")
    .summary("serve an app module or a configuration until Ctrl-C")
    .description(
      "Serves the application that a module exports, TypeScript as it is, in worker threads of this process, or all that a configuration lists.\nCtrl-C finishes the running requests and exits.",
    )
    .argument(
      "<module or file>",
      "an app module, with #name for an export other than the default; or a configuration, YAML or JSON",
    )
    .option("--host <address>", "address to listen on (default: 127.0.0.1)")
    .option("--port <number>", "port to listen on, 0 for any free one (default: 8000)", port)
    .option("--name <name>", "name of the module's application (default: default)", applicationName)
    .option("--route-prefix <path>", "path that it answers under (default: /)", routePrefix)
    .option("--replicas <NAME=N>", "replicas of one of its deployments; may be repeated", replicas)
    .option("--watch", "deploy again whenever a file of it changes");
  return withLogOptions(withResourceOptions(withAdminOptions(command, undefined)))
    .addHelpText("after", EXAMPLES)
    .action(run);
}

async function run(given: string, flags: RunFlags): Promise<void> {
  const isConfig = /\.(ya?ml|json)$/i.test(given);
  const source = isConfig ? configSource(given) : moduleSource(given, moduleFlags(flags));
  if (isConfig) refuseModuleFlags(given, flags);
  // The port first: who can't have it should not wait for models to load.
  const { httpOptions = {}, logging = {} } = await source.server();
  const server = await startServer(node({ resources: resourcesOf(flags) }), {
    http: { ...httpOptions, ...addressOf(flags) },
    logging: { ...logging, ...loggingOf(flags) },
    admin: adminOf(flags),
  });
  if (flags.watch) return runAsChanged(given, source, server);
  try {
    announce(given, await deploy(source, server), server);
  } catch (error) {
    if (!server.closing.aborted) throw error;
  }
}

/** Resolves when all of it runs. */
async function deploy(source: Source, { serve, loader }: Server): Promise<ParsedConfig> {
  const config = await source.read(loader);
  await serve.declarations.replace(config);
  await Promise.all(config.applications.map(({ name }) => serve.controller.settled(name)));
  return config;
}

/** What fails is told, and tried again with the next change. */
async function runAsChanged(given: string, source: Source, server: Server): Promise<never> {
  const files = new FileWatch();
  const attempt = async () => {
    // Read for its files first, so that no change between reading and watching is missed.
    await source.read(server.loader).catch(() => {});
    files.watch(source.files(server.loader));
    try {
      announce(given, await deploy(source, server), server);
    } catch (error) {
      if (server.closing.aborted) return;
      printFailure(error);
      console.error("isoserve: waiting for a change");
    }
  };
  await attempt();
  for (;;) {
    const changed = await files.changed();
    console.log(`isoserve: ${changed.join(", ")} changed`);
    await attempt();
  }
}

function announce(given: string, { applications }: ParsedConfig, { serve, url }: Server): void {
  const status = serve.status();
  const several = applications.length > 1;
  for (const { name } of applications) {
    for (const [deployment, one] of Object.entries(status.applications[name]?.deployments ?? {})) {
      const { length } = one.replicas;
      const shown = several ? `${name}/${deployment}` : deployment;
      console.log(`  ${shown}: ${length} ${length === 1 ? "replica" : "replicas"}`);
    }
  }
  const addresses = applications.map(({ routePrefix }) => `${url}${routePrefix}`);
  const where = url === undefined ? "" : ` at ${addresses.join(", ")}`;
  console.log(`isoserve: ${given} is served${where} (Ctrl-C ends it)`);
  if (url !== undefined && addresses.length > 0) console.log(`  curl ${addresses[0]}`);
}

function addressOf({ host, port }: RunFlags): HttpOptions {
  return { ...(host !== undefined && { host }), ...(port !== undefined && { port }) };
}

function moduleFlags({ name, routePrefix, replicas }: RunFlags): ModuleFlags {
  return { name: name ?? "default", routePrefix: routePrefix ?? "/", replicas: replicas ?? [] };
}

function refuseModuleFlags(path: string, { name, routePrefix, replicas }: RunFlags): void {
  const given = Object.entries({ name, "route-prefix": routePrefix, replicas });
  const wrong = given.filter(([, value]) => value !== undefined).map(([flag]) => `--${flag}`);
  if (wrong.length === 0) return;
  const message = `${wrong.join(", ")}: only for a module; change ${path} instead`;
  throw new ServeError("INVALID_CONFIG", message);
}
