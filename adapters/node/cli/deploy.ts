import { Command } from "commander";
import { ServeError } from "../../../src/errors.ts";
import { type ConfigFile, readConfigFile } from "../config/config-file.ts";
import type { AdminClient } from "./admin-client.ts";
import { examples } from "./examples.ts";
import { follow } from "./follow.ts";
import { liveLines } from "./live-lines.ts";
import { clientOf, type ServerFlags, withServerOptions } from "./server-options.ts";

interface DeployFlags extends ServerFlags {
  readonly wait?: boolean;
}

const EXAMPLES = examples(
  ["isoserve deploy serve.yaml", "returns as soon as the server has taken it"],
  ["isoserve deploy serve.yaml --wait", "shows how it goes, fails when a deployment does"],
  ["isoserve deploy serve.yaml --address http://10.0.0.7:8265 --token $TOKEN", ""],
);

/** `isoserve deploy`. */
export function deployCommand(): Command {
  const command = new Command("deploy")
    .summary("make a server run what a configuration says")
    .description(
      "Makes a running server run the applications of a configuration, and no others: those it does not list are deleted, those it lists unchanged stay untouched. A wrong configuration changes nothing.",
    )
    .argument("<file>", "the configuration, YAML or JSON")
    .option("--wait", "show progress until every application runs");
  return withServerOptions(command).addHelpText("after", EXAMPLES).action(deploy);
}

async function deploy(path: string, flags: DeployFlags): Promise<void> {
  const file = await readConfigFile(path);
  const client = clientOf(flags);
  await replace(client, file);
  const names = file.config.applications.map(({ name }) => name);
  const count = `${names.length} ${names.length === 1 ? "application" : "applications"}`;
  const listed = names.length > 0 ? `: ${names.join(", ")}` : "";
  console.log(`isoserve: ${client.address} has taken ${count}${listed}`);
  if (!flags.wait) return;
  await follow(() => client.status(), names, liveLines(process.stdout));
  console.log(`isoserve: ${count} of ${path} ${names.length === 1 ? "runs" : "run"}`);
}

/** What the server has against it is told by line and column. */
async function replace(client: AdminClient, { config, locate }: ConfigFile): Promise<void> {
  try {
    await client.replace(config);
  } catch (error) {
    if (!(error instanceof ServeError) || !Array.isArray(error.cause)) throw error;
    throw new ServeError(error.code, locate(error.cause).join("\n"), { cause: error });
  }
}
