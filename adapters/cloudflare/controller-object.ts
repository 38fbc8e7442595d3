import { DurableObject } from "cloudflare:workers";
import { type ErrorData, fromErrorData, toErrorData } from "../../src/error-data.ts";
import { messageOf } from "../../src/errors.ts";
import { createAdmin } from "../../src/http/admin.ts";
import { ADMIN_BASE } from "../../src/http/admin-router.ts";
import { pathOf } from "../../src/http/path.ts";
import { failureDetails, problemDetails } from "../../src/http/problem-details.ts";
import type { HostLog } from "../../src/telemetry/host-log.ts";
import type { MetricsSnapshot } from "../../src/telemetry/snapshot.ts";
import { tokenOf } from "./admin.ts";
import type { ReplicaNamespace } from "./bindings.ts";
import type { Revision } from "./control-table.ts";
import { type ControllerHost, startController } from "./controller-host.ts";
import type { ControllerRpc, KeyedLoad, TableAnswer } from "./controller-rpc.ts";
import type { Script } from "./script.ts";

/** What the controller needs of its script. */
export interface ControllerEnvironment {
  readonly script: Script;
  readonly replicas: () => ReplicaNamespace;
  /** The binding with the admin API's token; undefined where the API is not served. */
  readonly adminToken: string | undefined;
  /** Whether anything is counted. */
  readonly metrics: boolean;
  readonly log: HostLog;
}

export type ControllerObjectClass = new (
  state: DurableObjectState,
  env: never,
) => DurableObject & ControllerRpc;

/** The Durable Object class of the controller: one object, which all isolates ask who serves. */
export function controllerObject(environment: ControllerEnvironment): ControllerObjectClass {
  return class ControllerObject extends DurableObject implements ControllerRpc {
    #host: Promise<ControllerHost> | undefined;
    #told = false;

    async table(known: Revision | undefined, gone: readonly string[]): Promise<TableAnswer> {
      try {
        const { published } = await this.#running();
        for (const replicaId of gone) suspect(published.replica(replicaId));
        const { table } = published;
        const { boot, change } = table.revision;
        return known?.boot === boot && known.change === change ? { unchanged: true } : { table };
      } catch (error) {
        return { error: toErrorData(error) };
      }
    }

    async failed(replicaId: string, error: ErrorData): Promise<void> {
      const { published } = await this.#running();
      published.replica(replicaId)?.fail(messageOf(fromErrorData(error)));
    }

    async loads(caller: string, reports: readonly KeyedLoad[]): Promise<void> {
      const host = await this.#running();
      host.loads.take(caller, reports);
    }

    async metrics(): Promise<MetricsSnapshot> {
      const host = await this.#running();
      return host.metrics();
    }

    override async fetch(request: Request): Promise<Response> {
      try {
        if (environment.adminToken === undefined) return nothingHere();
        const token = tokenOf(environment.adminToken);
        const host = await this.#running();
        if (pathOf(request.url) === `${ADMIN_BASE}/shutdown`) return refuseShutdown();
        const { declarations, status, metrics } = host;
        const shutdown = async () => {};
        const { logging } = environment.log;
        const shown = { declarations, status, metrics, shutdown, httpOptions: {}, logging };
        return createAdmin(shown, { token })(request);
      } catch (error) {
        return failureDetails(error);
      }
    }

    override async alarm(): Promise<void> {
      // Tried again with the next request: an alarm that throws would be repeated by the platform.
      const host = await this.#running().catch(() => undefined);
      host?.loop.rang();
    }

    #running(): Promise<ControllerHost> {
      this.#host ??= startController(this.ctx.storage, environment).catch((error) => {
        this.#host = undefined;
        if (!this.#told) environment.log.own.error("the controller can't start", { error });
        this.#told = true;
        throw error;
      });
      return this.#host;
    }
  };
}

/** Somebody was refused by it for good. Asked how it is, it is found to be none any more if so. */
function suspect(replica: { check(): Promise<void> } | undefined): void {
  void replica?.check().catch(() => {});
}

function nothingHere(): Response {
  return problemDetails({ status: 404, code: "NOT_FOUND", detail: "the admin API is not served" });
}

function refuseShutdown(): Response {
  const detail = `a Worker is not shut down: DELETE ${ADMIN_BASE}/applications ends what it runs`;
  return problemDetails({ status: 501, code: "NOT_SUPPORTED", detail });
}
