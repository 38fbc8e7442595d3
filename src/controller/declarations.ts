import type { ApplicationConfig, TargetConfig } from "../config/application-config.ts";
import type { TrafficPlan } from "../traffic-plan.ts";

/** An application as it was declared. */
export interface DeclaredApplication {
  readonly config: ApplicationConfig;
  /** Counts the changes of the declared state: each change has one of its own. */
  readonly revision: number;
}

/**
 * The target state as data: what was declared, kept in the platform's store before it is acted on. Changes happen one
 * after the other; each is refused as a whole or made as a whole. Every method resolves when the change is saved and
 * under way, before the replicas run: `serve.status()` tells how it goes.
 */
export interface Declarations {
  readonly applications: readonly DeclaredApplication[];
  readonly targetCapacity: number | undefined;
  /**
   * Makes this the whole target state: applications it does not list are deleted, those it lists unchanged (code too)
   * stay untouched.
   *
   * @throws ServeError `INVALID_CONFIG`, with all that is wrong in `cause` (`ConfigProblem[]`)
   */
  replace(target: TargetConfig): Promise<void>;
  /**
   * Declares one application, or changes it.
   *
   * @param expected the revision it replaces; 0 for none, undefined for any
   * @throws ServeError `CONFLICT` when another revision is declared, `INVALID_CONFIG`
   */
  put(config: ApplicationConfig, expected: number | undefined): Promise<DeclaredApplication>;
  /** @throws ServeError `NOT_FOUND`, `CONFLICT` */
  delete(name: string, expected: number | undefined): Promise<void>;
  /**
   * Changes the replica count of one deployment.
   *
   * @throws ServeError `NOT_FOUND`, `INVALID_OPTION`
   */
  scale(application: string, deployment: string, numReplicas: number): Promise<void>;
  /**
   * Divides the calls of a split anew.
   *
   * @throws ServeError `NOT_FOUND`, `INVALID_OPTION`
   */
  setTraffic(application: string, split: string, plan: TrafficPlan): Promise<void>;
  /** Brings back what the store has. An application whose code can't be loaded is `DEPLOY_FAILED`; the others run. */
  recover(): Promise<void>;
}

/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** Where in the document: `["applications", 0, "deployments", 1, "numReplicas"]`. */
  readonly path: readonly (string | number)[];
  /** One line that says what to do. */
  readonly message: string;
}
