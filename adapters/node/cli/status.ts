import { Command } from "commander";
import { examples } from "./examples.ts";
import { seconds } from "./flag-values.ts";
import { clientOf, type ServerFlags, withServerOptions } from "./server-options.ts";
import { coloured } from "./status-colours.ts";
import { statusTable } from "./status-table.ts";
import { watchStatus } from "./status-watch.ts";

interface StatusFlags extends ServerFlags {
  readonly json?: boolean;
  readonly watch?: boolean;
  readonly interval?: number;
}

const EXAMPLES = examples(
  ["isoserve status", "a table"],
  ["isoserve status --watch", "the load of each deployment, until Ctrl-C"],
  ["isoserve status --watch --interval 10 >> load.txt", "a line for each of them every 10 seconds"],
  ["isoserve status --json | jq '.applications.digits.status'", "all there is to know"],
);

/** `isoserve status`. */
export function statusCommand(): Command {
  const command = new Command("status")
    .summary("show the applications of a server")
    .description(
      "Shows each application and deployment of a server: its status, how many of its replicas run, and why.\nWith --watch what each deployment has to do: calls that wait and run; since the line before calls that ended and failed each second, how long half and 99 % of them ran at most, and items in a batch.",
    )
    .option("--json", "everything, dead replicas with their errors too")
    .option("--watch", "go on until Ctrl-C; in a pipe a line for each deployment each time")
    .option("--interval <seconds>", "how often --watch looks (default: 1)", seconds);
  return withServerOptions(command).addHelpText("after", EXAMPLES).action(status);
}

async function status({ json, watch, interval = 1, ...server }: StatusFlags): Promise<void> {
  const client = clientOf(server);
  if (watch) return watchStatus(client, { everyMs: interval * 1000, json: json === true });
  const now = await client.status();
  console.log(json ? JSON.stringify(now, null, 2) : shown(statusTable(now)));
}

function shown(lines: readonly string[]): string {
  return (process.stdout.isTTY ? lines.map(coloured) : lines).join("\n");
}
