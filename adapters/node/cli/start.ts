import { Command } from "commander";
import { checkCode } from "../../../src/config/check-code.ts";
import type { HttpOptions } from "../../../src/config/http-options.ts";
import { readConfigFile, refuseLines } from "../config/config-file.ts";
import { node } from "../index.ts";
import { sqliteStore } from "../store.ts";
import { type AdminFlags, adminOf, withAdminOptions } from "./admin-options.ts";
import { examples } from "./examples.ts";
import { port } from "./flag-values.ts";
import { follow } from "./follow.ts";
import { liveLines } from "./live-lines.ts";
import { type LogFlags, loggingOf, withLogOptions } from "./log-options.ts";
import { printFailure } from "./print-failure.ts";
import { type ResourceFlags, resourcesOf, withResourceOptions } from "./resource-options.ts";
import { type Server, startServer } from "./server.ts";

interface StartFlags extends AdminFlags, ResourceFlags, LogFlags {
  readonly config?: string;
  readonly state?: string;
  readonly host?: string;
  readonly port?: number;
}

const ADMIN_PORT = 8265;

const EXAMPLES = examples(
  ["isoserve start", "waits for isoserve deploy"],
  ["isoserve start --config serve.yaml", "runs what the file lists"],
  ["isoserve start --state state.db", "runs what it ran when it ended, however it did"],
  ["isoserve start --admin-host 0.0.0.0 --admin-token $TOKEN", "can be asked by other machines"],
);

/** `isoserve start`. */
export function startCommand(): Command {
  const command = new Command("start")
    .summary("start a server that isoserve deploy can be told of")
    .description(
      "Starts a server without applications, or with those of a configuration or of its state before, and its admin API. An application that fails does not end it.\nCtrl-C finishes the running requests and exits.",
    )
    .option("--config <file>", "what it runs from the start, YAML or JSON")
    .option("--state <file>", "where it keeps what it was told to run; made where there is none")
    .option("--host <address>", "address to listen on (default: 127.0.0.1)")
    .option("--port <number>", "port to listen on, 0 for any free one (default: 8000)", port);
  return withLogOptions(withResourceOptions(withAdminOptions(command, ADMIN_PORT)))
    .addHelpText("after", EXAMPLES)
    .action(start);
}

async function start(flags: StartFlags): Promise<void> {
  const file = flags.config === undefined ? undefined : await readConfigFile(flags.config);
  const store = flags.state === undefined ? {} : { store: await sqliteStore(flags.state) };
  const platform = node({ ...store, resources: resourcesOf(flags) });
  if (file) refuseLines(file.locate(await checkCode(file.config, platform.loader)));
  const server = await startServer(platform, {
    http: { ...file?.config.httpOptions, ...addressOf(flags) },
    logging: { ...file?.config.logging, ...loggingOf(flags) },
    admin: adminOf(flags),
  });
  const { serve, url, adminUrl } = server;
  const where = url === undefined ? "" : `requests at ${url}, `;
  console.log(`isoserve: ${where}admin API at ${adminUrl} (Ctrl-C ends it)`);
  await serve.declarations.recover();
  if (file) await serve.declarations.replace(file.config);
  await showProgress(server);
}

/** What does not come up is told, and left to whoever deploys next. */
async function showProgress({ serve, closing }: Server): Promise<void> {
  const names = serve.declarations.applications.map(({ config }) => config.name);
  try {
    await follow(async () => serve.status(), names, liveLines(process.stdout));
  } catch (error) {
    if (!closing.aborted) printFailure(error);
  }
}

function addressOf({ host, port }: StartFlags): HttpOptions {
  return { ...(host !== undefined && { host }), ...(port !== undefined && { port }) };
}
