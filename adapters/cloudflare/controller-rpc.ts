import type { LoadReport } from "../../src/autoscale/load-report.ts";
import type { ErrorData } from "../../src/error-data.ts";
import type { DeploymentKey } from "../../src/handle.ts";
import type { MetricsSnapshot } from "../../src/telemetry/snapshot.ts";
import type { ControlTable, Revision } from "./control-table.ts";
import type { Failure } from "./replica-rpc.ts";

/** What the controller's Durable Object answers to, besides the requests of the admin API. */
export interface ControllerRpc {
  /**
   * @param known what the asking isolate has already
   * @param gone replicas that refused it for good: the controller should know why
   */
  table(known: Revision | undefined, gone: readonly string[]): Promise<TableAnswer>;
  /** A replica that ran could not be started again. */
  failed(replicaId: string, error: ErrorData): Promise<void>;
  /** What calls of an isolate, or of a replica in its own object, have waiting and running. */
  loads(caller: string, reports: readonly KeyedLoad[]): Promise<void>;
  /** What replicas in objects count, and what the controller does. */
  metrics(): Promise<MetricsSnapshot>;
  fetch(request: Request): Promise<Response>;
}

export type TableAnswer = { readonly table: ControlTable } | { readonly unchanged: true } | Failure;

/** The load that a caller is for one deployment. */
export interface KeyedLoad extends LoadReport {
  readonly key: DeploymentKey;
}

/** Tells of loads. */
export type ReportLoads = ControllerRpc["loads"];

/** Asks for the table. */
export type AskTable = ControllerRpc["table"];

/** A script has one controller. */
export const CONTROLLER_NAME = "controller";
