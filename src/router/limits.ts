import type { DeploymentKey } from "../handle.ts";
import type { CallLimits } from "./directory.ts";
import {
  fromPlainRouter,
  type PlainRouter,
  type RouterOption,
  toPlainRouter,
} from "./router-option.ts";

/** Limits as they cross to other threads. */
export interface PlainLimits extends Omit<CallLimits, "router"> {
  readonly router: PlainRouter;
}

/** What the code of this thread says of a deployment's router; undefined where it has none of that deployment. */
export type RouterOf = (key: DeploymentKey) => RouterOption | undefined;

export function toPlainLimits(limits: CallLimits): PlainLimits {
  return { ...limits, router: toPlainRouter(limits.router) };
}

export function fromPlainLimits(
  limits: PlainLimits,
  key: DeploymentKey,
  routerOf: RouterOf,
): CallLimits {
  return { ...limits, router: fromPlainRouter(limits.router, routerOf(key)) };
}

/** Where no code of deployments is. */
export function noRouters(): undefined {
  return undefined;
}
