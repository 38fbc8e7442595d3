import type { ApplicationConfig } from "../config/application-config.ts";
import { messageOf } from "../errors.ts";
import type { ApplicationStatus } from "./status.ts";

/** An application that is declared, but whose code is not there. */
export interface Unloaded {
  readonly config: ApplicationConfig;
  /** Why it can't be loaded; undefined while it is being loaded. */
  readonly error: unknown;
  readonly since: number;
}

export function unloadedStatuses(
  unloaded: ReadonlyMap<string, Unloaded>,
): Readonly<Record<string, ApplicationStatus>> {
  const entries = [...unloaded].map(([name, one]) => [name, unloadedStatus(one)] as const);
  return Object.fromEntries(entries);
}

function unloadedStatus({ config, error, since }: Unloaded): ApplicationStatus {
  const { routePrefix, importPath } = config;
  const base = { since, routePrefix, ingress: "", deployments: {}, splits: {} };
  if (error === undefined) {
    return { status: "NOT_STARTED", message: `${importPath} is being loaded`, ...base };
  }
  return { status: "DEPLOY_FAILED", message: messageOf(error), ...base };
}
