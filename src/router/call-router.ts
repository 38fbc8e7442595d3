import type { Cancellation } from "../cancellation.ts";
import type { DeploymentKey } from "../handle.ts";
import type { CallRequest } from "../replica/protocol.ts";

/** Where a call is handed to: a deployment's replicas, or a split. */
export interface CallRouter {
  /** @returns the method's result; streams are still running */
  call(request: CallRequest, cancellation: Cancellation): Promise<unknown>;
  /** Rejects what waits with `error` and listens no more. */
  close(error: unknown): void;
}

export type RouterFor = (key: DeploymentKey) => CallRouter;
