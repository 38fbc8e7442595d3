import type { DeploymentOptions } from "../options.ts";
import type { LoggingOptions } from "../telemetry/logging.ts";
import type { TrafficPlan } from "../traffic-plan.ts";

/** Plain JSON. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

/** What should run of one application: what a configuration declares, and a state store keeps. */
export interface ApplicationConfig {
  /** Unique among the applications. */
  readonly name: string;
  /** Where its ingress answers: `/` or `/path`. */
  readonly routePrefix: string;
  /** `./app.ts` or `./app.ts#name`: a module that exports the application, or a builder `(args) => Application`. */
  readonly importPath: string;
  /** What the builder is given. */
  readonly args?: Json;
  /** Options of single deployments, by name, over those that the code gives. */
  readonly deployments?: readonly DeploymentConfig[];
  /** `./app.ts#name`: a function that says how many replicas its autoscaled deployments should have, all together. */
  readonly autoscalingPolicy?: string;
  /** How its splits divide their calls, by name, instead of what the code says. */
  readonly traffic?: Readonly<Record<string, TrafficPlan>>;
  /** What its deployments log, and how, as far as they don't say it themselves. */
  readonly logging?: LoggingOptions;
}

export interface DeploymentConfig extends DeploymentOptions {
  readonly name: string;
}

/** What should run, all of it. */
export interface TargetConfig {
  /** Percent of every replica count that should run, 0 to 100; at least one replica each unless 0. */
  readonly targetCapacity?: number;
  readonly applications: readonly ApplicationConfig[];
}
