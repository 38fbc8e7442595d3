import type { AppLoader, LoadedApp } from "../app-loader.ts";
import { applicationGraph, withOptions } from "../application.ts";
import type { ApplicationConfig, TargetConfig } from "../config/application-config.ts";
import { checkApplication } from "../config/check-application.ts";
import { parseApplication, parseTarget, refuse } from "../config/parse-target.ts";
import { messageOf, ServeError } from "../errors.ts";
import type { ReplicaConnection } from "../platform.ts";
import type { StateStore } from "../state-store.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import type { ApplicationSource, Controller } from "./controller.ts";
import type { ConfigProblem, Declarations, DeclaredApplication } from "./declarations.ts";
import type { Unloaded } from "./unloaded.ts";

const KEY = "target";

/** An application that can be deployed. */
interface Loaded {
  readonly config: ApplicationConfig;
  readonly version: string;
  readonly deploy: () => void;
}

/** The declared target state: each change is checked, saved, and only then acted on. */
export class TargetState<Code, C extends ReplicaConnection> implements Declarations {
  readonly unloaded = new Map<string, Unloaded>();
  readonly #controller: Controller<Code, C>;
  readonly #loader: AppLoader<Code>;
  readonly #store: StateStore;
  readonly #now: () => number;
  /** The code version that each declared application runs with. */
  readonly #versions = new Map<string, string>();
  /** What ran well last: what is declared again when an update is rolled back. */
  readonly #proven = new Map<string, DeclaredApplication>();
  /** Applications that drain: one of that name can only come after. */
  readonly #ending = new Map<string, Promise<void>>();
  #declared = new Map<string, DeclaredApplication>();
  #targetCapacity: number | undefined;
  #revision = 0;
  /** The revision of the stored document. */
  #stored = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    controller: Controller<Code, C>,
    { loader, store, now }: { loader: AppLoader<Code>; store: StateStore; now: () => number },
  ) {
    this.#controller = controller;
    this.#loader = loader;
    this.#store = store;
    this.#now = now;
  }

  get applications(): readonly DeclaredApplication[] {
    return [...this.#declared.values()];
  }

  get targetCapacity(): number | undefined {
    return this.#targetCapacity;
  }

  replace(target: TargetConfig): Promise<void> {
    return this.#inTurn(async () => {
      const { applications, targetCapacity } = parseTarget(target);
      const loaded = await this.#loadAll(applications);
      const declared = new Map(loaded.map(({ config }) => [config.name, this.#declare(config)]));
      const gone = [...this.#declared.keys()].filter((name) => !declared.has(name));
      await this.#save(declared, targetCapacity);
      this.#controller.targetCapacity = targetCapacity;
      for (const name of gone) this.#end(name);
      for (const one of loaded) {
        await this.#ending.get(one.config.name);
        this.#act(one);
      }
    });
  }

  put(config: ApplicationConfig, expected: number | undefined): Promise<DeclaredApplication> {
    return this.#inTurn(async () => {
      const parsed = parseApplication(config);
      this.#expect(parsed.name, expected);
      this.#checkPrefix(parsed);
      const [loaded] = (await this.#loadAll([parsed], [])) as [Loaded];
      await this.#save(this.#with(parsed), this.#targetCapacity);
      await this.#ending.get(parsed.name);
      this.#act(loaded);
      return this.#declared.get(parsed.name) as DeclaredApplication;
    });
  }

  delete(name: string, expected: number | undefined): Promise<void> {
    return this.#inTurn(async () => {
      this.#expect(name, expected);
      if (!this.#declared.has(name)) throw notFound(name);
      await this.#forget(name);
      this.#end(name);
    });
  }

  scale(application: string, deployment: string, numReplicas: number): Promise<void> {
    return this.#inTurn(async () => {
      const scale = this.#controller.scaling(application, deployment, numReplicas);
      const declared = this.#declared.get(application);
      if (declared) {
        const config = withReplicas(declared.config, deployment, numReplicas);
        await this.#save(this.#with(config), this.#targetCapacity);
      }
      scale();
    });
  }

  recover(): Promise<void> {
    return this.#inTurn(async () => {
      const document = await this.#store.get(KEY);
      if (!document) return;
      const { applications, revision, targetCapacity } = decodeCheckpoint(document.text);
      this.#stored = document.revision;
      this.#revision = revision;
      this.#targetCapacity = targetCapacity;
      this.#controller.targetCapacity = targetCapacity;
      this.#declared = new Map(applications.map((one) => [one.config.name, one]));
      const since = this.#now();
      for (const { config } of applications) {
        this.unloaded.set(config.name, { error: undefined, since, config });
      }
      await Promise.all(applications.map(({ config }) => this.#recoverOne(config)));
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
      if (config) await this.#save(this.#with(config), this.#targetCapacity);
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

  async #forget(name: string): Promise<void> {
    this.unloaded.delete(name);
    this.#proven.delete(name);
    this.#versions.delete(name);
    if (!this.#declared.has(name)) return;
    const declared = new Map(this.#declared);
    declared.delete(name);
    await this.#save(declared, this.#targetCapacity);
  }

  async #recoverOne(config: ApplicationConfig): Promise<void> {
    try {
      const [loaded] = (await this.#loadAll([config], [])) as [Loaded];
      this.#act(loaded);
    } catch (error) {
      this.unloaded.set(config.name, { error, since: this.#now(), config });
    }
  }

  /** @throws ServeError `INVALID_CONFIG` with what is wrong with any of them */
  async #loadAll(
    configs: readonly ApplicationConfig[],
    at: readonly (string | number)[] | undefined = undefined,
  ): Promise<Loaded[]> {
    const problems: ConfigProblem[] = [];
    const loading = configs.map(async (config, index): Promise<Loaded | undefined> => {
      const path = at ?? ["applications", index];
      try {
        const app = await this.#loader.load(config.importPath, config.args);
        const wrong = checkApplication(config, app.application);
        problems.push(...wrong.map((one) => ({ ...one, path: [...path, ...one.path] })));
        if (wrong.length > 0) return undefined;
        return { config, version: app.version, deploy: this.#prepared(config, app) };
      } catch (error) {
        problems.push({
          path: [...path, "importPath"],
          message: `can't be used: ${messageOf(error)}`,
        });
        return undefined;
      }
    });
    const loaded = await Promise.all(loading);
    refuse(problems);
    return loaded.filter((one) => one !== undefined);
  }

  /** The same revision when nothing has changed. */
  #declare(config: ApplicationConfig): DeclaredApplication {
    const before = this.#declared.get(config.name);
    if (before && JSON.stringify(before.config) === JSON.stringify(config)) return before;
    this.#revision += 1;
    return { config, revision: this.#revision };
  }

  #with(config: ApplicationConfig): ReadonlyMap<string, DeclaredApplication> {
    return new Map(this.#declared).set(config.name, this.#declare(config));
  }

  async #save(
    declared: ReadonlyMap<string, DeclaredApplication>,
    targetCapacity: number | undefined,
  ): Promise<void> {
    const applications = [...declared.values()];
    const text = encodeCheckpoint({ targetCapacity, revision: this.#revision, applications });
    this.#stored = await this.#store.put(KEY, text, this.#stored);
    this.#declared = new Map(declared);
    this.#targetCapacity = targetCapacity;
  }

  #prepared(
    { name, routePrefix, deployments = [] }: ApplicationConfig,
    { application, code, version }: LoadedApp<Code>,
  ): () => void {
    const options = deployments.map(({ name: deployment, ...rest }) => [deployment, rest]);
    const graph = withOptions(applicationGraph(application), Object.fromEntries(options));
    return this.#controller.preparation(name, { graph, routePrefix, code, codeVersion: version });
  }

  #act({ config: { name }, version, deploy }: Loaded): void {
    const unchanged =
      this.#proven.get(name) === this.#declared.get(name) &&
      this.#versions.get(name) === version &&
      this.#controller.get(name)?.outcome === "done";
    if (unchanged) return;
    this.unloaded.delete(name);
    this.#pursue(name, deploy);
    this.#versions.set(name, version);
  }

  #pursue(name: string, deploy: () => void): void {
    const declared = this.#declared.get(name);
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
    if (!rolledBack || !proven || this.#declared.get(name) !== failed) return;
    this.#versions.delete(name);
    const restored = this.#inTurn(async () => {
      if (this.#declared.get(name) !== failed) return;
      const declared = this.#with(proven.config);
      await this.#save(declared, this.#targetCapacity);
      this.#proven.set(name, declared.get(name) as DeclaredApplication);
    });
    restored.catch((error) => console.error(`isoserve: ${name}: ${messageOf(error)}`));
  }

  #end(name: string): void {
    this.unloaded.delete(name);
    const ended = this.#controller.delete(name).finally(() => {
      if (this.#ending.get(name) === ended) this.#ending.delete(name);
    });
    this.#ending.set(name, ended);
  }

  #expect(name: string, expected: number | undefined): void {
    const revision = this.#declared.get(name)?.revision ?? 0;
    if (expected === undefined || expected === revision) return;
    throw new ServeError(
      "CONFLICT",
      `application ${name}: it was changed meanwhile (revision ${revision}, not ${expected}); read it again`,
    );
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

function withReplicas(
  config: ApplicationConfig,
  deployment: string,
  numReplicas: number,
): ApplicationConfig {
  const { deployments = [] } = config;
  const known = deployments.some(({ name }) => name === deployment);
  const changed = deployments.map((one) =>
    one.name === deployment ? { ...one, numReplicas } : one,
  );
  return {
    ...config,
    deployments: known ? changed : [...deployments, { name: deployment, numReplicas }],
  };
}

function notFound(name: string): ServeError {
  return new ServeError("NOT_FOUND", `no application ${name} is declared`);
}
