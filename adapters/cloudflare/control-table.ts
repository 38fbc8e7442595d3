import type { ErrorData } from "../../src/error-data.ts";
import type { DeploymentKey } from "../../src/handle.ts";
import type { Route } from "../../src/http/route-prefix.ts";
import type { ResolvedOptions } from "../../src/options.ts";
import type { Traffic } from "../../src/router/directory.ts";
import type { PlainLimits } from "../../src/router/limits.ts";
import type { PlainRouter } from "../../src/router/router-option.ts";
import type { CloudflareModule } from "./code-names.ts";

/** What isolates know of what the controller does: who answers where. Plain data. */
export interface ControlTable {
  readonly revision: Revision;
  readonly routes: readonly Route[];
  readonly deployments: Readonly<Record<DeploymentKey, TableEntry>>;
  /** Of the splits. */
  readonly traffic: Readonly<Record<DeploymentKey, Traffic>>;
}

/** One deployment. */
export interface TableEntry {
  readonly limits: PlainLimits;
  /** What has the function where the router is one. */
  readonly code: CloudflareModule | undefined;
  /** Set while no call can succeed. */
  readonly failure: ErrorData | undefined;
  /** Set where each isolate runs replicas of its own. */
  readonly inline: InlineEntry | undefined;
  /** The replicas that have a Durable Object each, which has the replica's id as its name. */
  readonly replicas: readonly string[];
}

export interface InlineEntry {
  readonly code: CloudflareModule;
  readonly codeVersion: string;
  readonly options: PlainOptions;
}

/** Options with functions, a router or a policy of one's own, left to the code. */
export interface PlainOptions extends Omit<ResolvedOptions, "router"> {
  readonly router: PlainRouter;
}

/** Orders tables: a later start of the controller, then a later change. */
export interface Revision {
  readonly boot: number;
  readonly change: number;
}

export function isNewer(one: Revision, other: Revision | undefined): boolean {
  if (!other || one.boot !== other.boot) return !other || one.boot > other.boot;
  return one.change > other.change;
}
