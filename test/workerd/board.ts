import { DurableObject, env, waitUntil } from "cloudflare:workers";
import type { ReplicaNamespace } from "../../adapters/cloudflare/bindings.ts";
import type { CloudflareModule } from "../../adapters/cloudflare/code-names.ts";
import {
  type ControlTable,
  isNewer,
  type Revision,
} from "../../adapters/cloudflare/control-table.ts";
import type { ControllerRpc, TableAnswer } from "../../adapters/cloudflare/controller-rpc.ts";
import { PublishedTable } from "../../adapters/cloudflare/published-table.ts";
import { ReportedLoads } from "../../adapters/cloudflare/reported-loads.ts";
import { systemClock } from "../../src/clock.ts";
import type { ReplicaConnection } from "../../src/platform.ts";
import type { ServeHost } from "../../src/serve.ts";

interface Bindings {
  readonly BOARD: DurableObjectNamespace<Board>;
  readonly REPLICA: ReplicaNamespace;
}

const { BOARD, REPLICA } = env as unknown as Bindings;

/** Where the suite's host, which lives in an isolate, shows replicas who serves: they can't ask an isolate. */
export class Board extends DurableObject {
  #table: ControlTable = {
    revision: { boot: 0, change: 0 },
    routes: [],
    deployments: {},
    traffic: {},
  };

  readonly #loads: Parameters<ControllerRpc["loads"]>[] = [];

  async show(table: ControlTable): Promise<void> {
    // One that was sent earlier may come later.
    if (isNewer(table.revision, this.#table.revision)) this.#table = table;
  }

  async table(known: Revision | undefined): Promise<TableAnswer> {
    const table = this.#table;
    return isNewer(table.revision, known) ? { table } : { unchanged: true };
  }

  async failed(): Promise<void> {}

  async loads(...reported: Parameters<ControllerRpc["loads"]>): Promise<void> {
    this.#loads.push(reported);
  }

  /** What was reported since this was asked last. */
  async news(): Promise<Parameters<ControllerRpc["loads"]>[]> {
    return this.#loads.splice(0);
  }

  async metrics(): Promise<[]> {
    return [];
  }
}

export const replicas = () => REPLICA;
export const board = () => BOARD.getByName("board") as unknown as Board;

/** Lets a host know, until this ends, of the calls that replicas make. Returns what ends it. */
export function hear(host: Pick<ServeHost<CloudflareModule, ReplicaConnection>, "controller">) {
  const loads = new ReportedLoads(host.controller.replicaSets.loads, systemClock.now);
  const timer = setInterval(async () => {
    for (const [caller, reports] of await board().news()) loads.take(caller, reports);
  }, 50);
  return () => clearInterval(timer);
}

/** Shows from now on what a host does. */
export function show({
  controller,
  ingress,
}: ServeHost<CloudflareModule, ReplicaConnection>): void {
  let shown = true;
  const published = new PublishedTable(controller, 1, () => {
    if (!shown) return;
    shown = false;
    const next = async () => {
      shown = true;
      await board().show(published.table);
    };
    waitUntil(Promise.resolve().then(next));
  });
  ingress.whenRouted(() => published.follow());
}
