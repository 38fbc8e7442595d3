import type { AppLoader } from "../app-loader.ts";
import type { ApplicationConfig, TargetConfig } from "../config/application-config.ts";
import { parseApplication, parseTarget, refuse } from "../config/parse-target.ts";
import { ServeError } from "../errors.ts";
import { changedOptions, type DeploymentOptions } from "../options.ts";
import type { ReplicaConnection } from "../platform.ts";
import type { StateStore } from "../state-store.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { TrafficPlan } from "../traffic-plan.ts";
import type { ApplicationSource, Controller } from "./controller.ts";
import type { Declarations, DeclaredApplication } from "./declarations.ts";
import { type LoadedApplication, loadApplications } from "./load-applications.ts";
import { SavedTarget } from "./saved-target.ts";
import type { Unloaded } from "./unloaded.ts";

export interface TargetEnvironment<Code> {
  readonly loader: AppLoader<Code>;
  readonly store: StateStore;
  readonly now: () => number;
  readonly log: Logger;
}

/** The declared target state: each change is checked, saved, and only then acted on. */
export class TargetState<Code, C extends ReplicaConnection> implements Declarations {
  readonly unloaded = new Map<string, Unloaded>();
  readonly #controller: Controller<Code, C>;
  readonly #loader: AppLoader<Code>;
  readonly #now: () => number;
  readonly #saved: SavedTarget;
  readonly #log: Logger;
  /** The code version that each declared application runs with. */
  readonly #versions = new Map<string, string>();
  /** What ran well last: what is declared again when an update is rolled back. */
  readonly #proven = new Map<string, DeclaredApplication>();
  /** Applications that drain: one of that name can only come after. */
  readonly #ending = new Map<string, Promise<void>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    controller: Controller<Code, C>,
    { loader, store, now, log }: TargetEnvironment<Code>,
  ) {
    this.#controller = controller;
    this.#loader = loader;
    this.#saved = new SavedTarget(store);
    this.#now = now;
    this.#log = log;
  }

  get applications(): readonly DeclaredApplication[] {
    return this.#saved.applications;
  }

  get targetCapacity(): number | undefined {
    return this.#saved.targetCapacity;
  }

  replace(target: TargetConfig): Promise<void> {
    return this.#inTurn(async () => {
      const { applications: configs, targetCapacity } = parseTarget(target);
      const loaded = await this.#load(configs, (index) => ["applications", index]);
      const names = new Set(configs.map(({ name }) => name));
      const gone = this.applications.filter(({ config }) => !names.has(config.name));
      await this.#saved.replace(configs, targetCapacity);
      this.#controller.targetCapacity = targetCapacity;
      for (const { config } of gone) void this.end(config.name);
      for (const one of loaded) await this.#act(one);
    });
  }

  put(config: ApplicationConfig, expected: number | undefined): Promise<DeclaredApplication> {
    return this.#inTurn(async () => {
      const parsed = parseApplication(config);
      this.#saved.expect(parsed.name, expected);
      this.#checkPrefix(parsed);
      const loaded = await this.#load([parsed], () => []);
      const declared = await this.#saved.put(parsed);
      for (const one of loaded) await this.#act(one);
      return declared;
    });
  }

  delete(name: string, expected: number | undefined): Promise<void> {
    return this.#inTurn(async () => {
      this.#saved.expect(name, expected);
      if (!this.#saved.get(name)) {
        throw new ServeError("NOT_FOUND", `no application ${name} is declared`);
      }
      await this.#forget(name);
      void this.end(name);
    });
  }

  scale(application: string, deployment: string, numReplicas: number): Promise<void> {
    return this.#inTurn(async () => {
      const { change, apply } = this.#controller.scaling(application, deployment, numReplicas);
      const config = this.#saved.get(application)?.config;
      if (config) await this.#saved.put(withOptions(config, deployment, change));
      apply();
    });
  }

  setTraffic(application: string, split: string, plan: TrafficPlan): Promise<void> {
    return this.#inTurn(async () => {
      const divide = this.#controller.division(application, split, plan);
      const config = this.#saved.get(application)?.config;
      if (config) {
        const traffic = { ...config.traffic, [split]: { ...config.traffic?.[split], ...plan } };
        await this.#saved.put({ ...config, traffic });
      }
      divide();
    });
  }

  recover(): Promise<void> {
    return this.#inTurn(async () => {
      if (!(await this.#saved.load())) return;
      this.#controller.targetCapacity = this.targetCapacity;
      const configs = this.applications.map(({ config }) => config);
      for (const config of configs) this.#missing(config, undefined);
      await Promise.all(
        configs.map(async (config) => {
          try {
            for (const one of await this.#load([config], () => [])) await this.#act(one);
          } catch (error) {
            this.#missing(config, error);
          }
        }),
      );
    });
  }

  /**
   * Runs an application that was made by hand.
   *
   * @param config says the same as data, to be recovered from; undefined where no text can name the code
   */
  run(
    name: string,
    source: ApplicationSource<Code>,
    config: ApplicationConfig | undefined,
  ): Promise<void> {
    return this.#inTurn(async () => {
      const deploy = this.#controller.preparation(name, source);
      if (config) await this.#saved.put(config);
      else await this.#forget(name);
      this.#pursue(name, deploy);
    });
  }

  /** Saves that an application is wanted no more; it runs on until the controller deletes it. */
  forget(name: string): Promise<void> {
    return this.#inTurn(() => this.#forget(name));
  }

  /** One change after the other: each sees what the one before has made. */
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#last.then(change);
    this.#last = done.catch(() => {});
    return done;
  }

  #load(
    configs: readonly ApplicationConfig[],
    at: (index: number) => readonly (string | number)[],
  ): Promise<LoadedApplication[]> {
    return loadApplications(configs, this.#loader, this.#controller, at);
  }

  #missing(config: ApplicationConfig, error: unknown): void {
    this.unloaded.set(config.name, { config, error, since: Math.floor(this.#now()) });
  }

  async #forget(name: string): Promise<void> {
    await this.#saved.remove(name);
    this.unloaded.delete(name);
    this.#proven.delete(name);
    this.#versions.delete(name);
  }

  async #act({ config: { name }, version, deploy }: LoadedApplication): Promise<void> {
    await this.#ending.get(name);
    const unchanged =
      this.#proven.get(name) === this.#saved.get(name) &&
      this.#versions.get(name) === version &&
      this.#controller.get(name)?.outcome === "done";
    if (unchanged) return;
    this.unloaded.delete(name);
    this.#pursue(name, deploy);
    this.#versions.set(name, version);
  }

  #pursue(name: string, deploy: () => void): void {
    const declared = this.#saved.get(name);
    const proven = this.#proven.get(name);
    this.#versions.delete(name);
    deploy();
    this.#controller.settled(name).then(
      () => declared && this.#proven.set(name, declared),
      () => this.#failed(name, declared, proven),
    );
  }

  /** What was rolled back is not wanted any more: a restart should bring back what runs. */
  #failed(
    name: string,
    failed: DeclaredApplication | undefined,
    proven: DeclaredApplication | undefined,
  ): void {
    const rolledBack = this.#controller.get(name)?.outcome === "rolled back";
    if (!rolledBack || !proven) return;
    const restored = this.#inTurn(async () => {
      if (this.#saved.get(name) !== failed) return;
      this.#versions.delete(name);
      this.#proven.set(name, await this.#saved.put(proven.config));
    });
    restored.catch((error) => this.#log.error(`${name}: what runs could not be saved`, { error }));
  }

  /** Ends what runs of an application. What is declared under its name meanwhile comes after that. */
  end(name: string): Promise<void> {
    this.unloaded.delete(name);
    const ended = this.#controller.delete(name).finally(() => {
      if (this.#ending.get(name) === ended) this.#ending.delete(name);
    });
    this.#ending.set(name, ended);
    return ended;
  }

  #checkPrefix({ name, routePrefix }: ApplicationConfig): void {
    const declared = this.applications.find(
      ({ config }) => config.name !== name && config.routePrefix === routePrefix,
    );
    const owner = declared?.config.name ?? this.#controller.ownerOf(routePrefix);
    if (owner === undefined || owner === name) return;
    refuse([
      { path: ["routePrefix"], message: `${routePrefix} belongs to the application ${owner}` },
    ]);
  }
}

function withOptions(
  config: ApplicationConfig,
  deployment: string,
  change: DeploymentOptions,
): ApplicationConfig {
  const { deployments = [] } = config;
  const known = deployments.some(({ name }) => name === deployment);
  const changed = deployments.map((one) =>
    one.name === deployment ? { ...changedOptions(one, change), name: deployment } : one,
  );
  return {
    ...config,
    deployments: known ? changed : [...deployments, { name: deployment, ...change }],
  };
}
