import type { DeploymentStatus, ServeStatus } from "../../../src/index.ts";
import type { Load } from "./load.ts";
import { oneLine, replicasOf } from "./status-table.ts";

/** With room for what they are like mostly, so that the table does not move as numbers do. */
const COLUMNS = [
  ["APPLICATION", 11],
  ["DEPLOYMENT", 12],
  ["STATUS", 11],
  ["REPLICAS", 8],
  ["QUEUE", 6],
  ["RUNNING", 7],
  ["REQ/S", 7],
  ["ERR/S", 7],
  ["P50", 7],
  ["P99", 7],
  ["BATCH", 5],
  ["MESSAGE", 0],
] as const;
/** Names and words begin where their column does, numbers end there. */
const NUMBERS = { first: 3, last: 10 };

/** Lays out tables of one watch: a column that has grown wider stays so. */
export class LoadTable {
  readonly #widths: number[] = COLUMNS.map(([, width]) => width);

  /** The header, and a line for each deployment. */
  lines(
    { applications }: ServeStatus,
    loadOf: (application: string, deployment: string) => Load,
  ): string[] {
    const rows = Object.entries(applications).flatMap(([name, application]) => {
      const deployments = Object.entries(application.deployments);
      // One whose code could not be loaded has none.
      if (deployments.length === 0) return [emptyRow(name, application)];
      return deployments.map(([deployment, status]) => [
        name,
        deployment,
        ...cells(status, loadOf(name, deployment)),
      ]);
    });
    if (rows.length === 0) return ["no application is deployed"];
    for (const row of rows) this.#makeRoom(row);
    return [COLUMNS.map(([title]) => title), ...rows].map((row) => this.#line(row));
  }

  /** But for the message, which is the last and as long as it likes. */
  #makeRoom(row: readonly string[]): void {
    for (const [column, cell] of row.slice(0, -1).entries()) {
      this.#widths[column] = Math.max(this.#widths[column] as number, cell.length);
    }
  }

  #line(row: readonly string[]): string {
    const cells = row.map((cell, column) => {
      const width = this.#widths[column] as number;
      const isNumber = column >= NUMBERS.first && column <= NUMBERS.last;
      return isNumber ? cell.padStart(width) : cell.padEnd(width);
    });
    return cells.join("  ").trimEnd();
  }
}

function emptyRow(name: string, { status, message }: { status: string; message: string }) {
  const nothing = COLUMNS.slice(NUMBERS.first, NUMBERS.last + 1).map(() => NONE);
  return [name, NONE, status, ...nothing, oneLine(message)];
}

function cells(status: DeploymentStatus, { queued, running, recent }: Load): string[] {
  return [
    status.status,
    replicasOf(status),
    String(queued),
    String(running),
    rate(recent?.callsPerSecond),
    rate(recent?.errorsPerSecond),
    time(recent?.p50Ms),
    time(recent?.p99Ms),
    recent?.batchSize === undefined ? NONE : recent.batchSize.toFixed(1),
    oneLine(status.message),
  ];
}

const NONE = "-";

function rate(perSecond: number | undefined): string {
  if (perSecond === undefined) return NONE;
  return perSecond.toFixed(perSecond < 100 ? 1 : 0);
}

function time(ms: number | undefined): string {
  if (ms === undefined) return NONE;
  if (ms >= 10_000) return `${(ms / 1000).toFixed(0)}s`;
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)}s`;
  return `${ms.toFixed(ms < 100 ? 1 : 0)}ms`;
}
