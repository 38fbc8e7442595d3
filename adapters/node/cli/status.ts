import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import type { ServeStatus } from "../../../src/index.ts";
import type { AdminClient } from "./admin-client.ts";
import { examples } from "./examples.ts";
import { liveLines } from "./live-lines.ts";
import { clientOf, type ServerFlags, withServerOptions } from "./server-options.ts";
import { coloured } from "./status-colours.ts";
import { statusTable } from "./status-table.ts";

interface StatusFlags extends ServerFlags {
  readonly json?: boolean;
  readonly watch?: boolean;
}

const PERIOD_MS = 1000;

const EXAMPLES = examples(
  ["isoserve status", "a table"],
  ["isoserve status --watch", "the table as it changes, until Ctrl-C"],
  ["isoserve status --json | jq '.applications.digits.status'", "all there is to know"],
);

/** `isoserve status`. */
export function statusCommand(): Command {
  const command = new Command("status")
    .summary("show the applications of a server")
    .description(
      "Shows each application and deployment of a server: its status, how many of its replicas run, and why.",
    )
    .option("--json", "everything, dead replicas with their errors too")
    .option("--watch", "go on until Ctrl-C; in a pipe, a line for each change");
  return withServerOptions(command).addHelpText("after", EXAMPLES).action(status);
}

async function status({ json, watch, ...server }: StatusFlags): Promise<void> {
  const client = clientOf(server);
  if (watch) return follow(client, json ? (now) => [JSON.stringify(now)] : statusTable);
  const now = await client.status();
  console.log(json ? JSON.stringify(now, null, 2) : shown(statusTable(now)));
}

async function follow(
  client: AdminClient,
  linesOf: (now: ServeStatus) => readonly string[],
): Promise<never> {
  const lines = liveLines(process.stdout);
  for (;;) {
    lines.show(linesOf(await client.status()));
    await sleep(PERIOD_MS);
  }
}

function shown(lines: readonly string[]): string {
  return (process.stdout.isTTY ? lines.map(coloured) : lines).join("\n");
}
