import { setTimeout as sleep } from "node:timers/promises";
import type { ServeStatus } from "../../../src/index.ts";
import type { AdminClient } from "./admin-client.ts";
import { EXIT } from "./exit-codes.ts";
import { rewrittenLines, type Screen } from "./live-lines.ts";
import { type Load, type Look, loadOf } from "./load.ts";
import { LoadTable } from "./load-table.ts";

interface WatchOptions {
  readonly everyMs: number;
  readonly json: boolean;
}

/**
 * Shows a server's deployments and their load until Ctrl-C.
 *
 * @throws ServeError `UNAVAILABLE` when the server goes away
 */
export async function watchStatus(
  client: AdminClient,
  { everyMs, json }: WatchOptions,
): Promise<never> {
  process.once("SIGINT", () => process.exit(EXIT.done));
  const show = json ? jsonLines() : tables(process.stdout);
  for (let before: Look | undefined; ; ) {
    const [status, metrics] = await Promise.all([client.status(), client.metrics()]);
    const now = { at: performance.now(), metrics };
    show(status, (application, deployment) => loadOf({ application, deployment }, now, before));
    before = now;
    await sleep(everyMs);
  }
}

type Show = (status: ServeStatus, load: (application: string, deployment: string) => Load) => void;

/** A terminal has the newest table in its place; a pipe the header once, and all lines each time. */
function tables(screen: Screen): Show {
  const table = new LoadTable();
  if (screen.isTTY) {
    const lines = rewrittenLines(screen);
    return (status, load) => lines.show(table.lines(status, load));
  }
  let header: string | undefined;
  return (status, load) => {
    const [first = "", ...rows] = table.lines(status, load);
    // Again where columns have moved.
    const lines = first === header ? rows : [first, ...rows];
    header = first;
    screen.write(lines.map((line) => `${line}\n`).join(""));
  };
}

/** The status with the load of each deployment, a line each time. */
function jsonLines(): Show {
  return (status, load) => {
    const applications = Object.entries(status.applications).map(([name, application]) => {
      const deployments = Object.entries(application.deployments).map(
        ([deployment, one]) => [deployment, { ...one, load: load(name, deployment) }] as const,
      );
      return [name, { ...application, deployments: Object.fromEntries(deployments) }] as const;
    });
    const shown = { ...status, applications: Object.fromEntries(applications) };
    process.stdout.write(`${JSON.stringify(shown)}\n`);
  };
}
