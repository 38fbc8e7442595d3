import type { ApplicationNode } from "../application.ts";
import type { AutoscalingStats } from "../autoscale/policy.ts";
import { isClass } from "../target.ts";
import { runningFor, type Scope } from "../telemetry/scope.ts";

interface OwnHooks extends Partial<AsyncDisposable & Disposable> {
  init?(): unknown;
  reconfigure?(userConfig: unknown): unknown;
  checkHealth?(): unknown;
  autoscalingStats?(): AutoscalingStats | Promise<AutoscalingStats>;
}

/** The methods of a class that belong to the life of its replica; what they count and log is the replica's. */
export class Hooks {
  readonly #own: OwnHooks;
  readonly #scope: Scope;

  constructor({ target }: ApplicationNode, instance: unknown, scope: Scope) {
    // Only classes have hooks: a router object may be a proxy that answers to any name.
    this.#own = isClass(target) ? (instance as OwnHooks) : {};
    this.#scope = scope;
  }

  get canReconfigure(): boolean {
    return this.#own.reconfigure !== undefined;
  }

  get canCheck(): boolean {
    return this.#own.checkHealth !== undefined;
  }

  async init(): Promise<void> {
    await this.#run(() => this.#own.init?.());
  }

  async reconfigure(userConfig: unknown): Promise<void> {
    await this.#run(() => this.#own.reconfigure?.(userConfig));
  }

  async check(): Promise<void> {
    await this.#run(() => this.#own.checkHealth?.());
  }

  async autoscalingStats(): Promise<AutoscalingStats> {
    return (await this.#run(() => this.#own.autoscalingStats?.())) ?? {};
  }

  async dispose(): Promise<void> {
    const own = this.#own;
    if (own[Symbol.asyncDispose]) await this.#run(() => own[Symbol.asyncDispose]?.());
    else this.#run(() => own[Symbol.dispose]?.());
  }

  #run<R>(hook: () => R): R {
    return runningFor(this.#scope, hook);
  }
}
