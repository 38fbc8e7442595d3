import { ModelCache } from "../../src/multiplex/model-cache.ts";
import type { ModelUser } from "../../src/multiplex/model-user.ts";

/** A call that uses models, until the test ends it. */
export class User implements ModelUser {
  readonly requestId = "request";
  readonly priority = 0;
  readonly #aborts = new AbortController();
  readonly signal = this.#aborts.signal;
  readonly #listeners: (() => void)[] = [];

  ended = false;

  whenEnded(listener: () => void): void {
    if (this.ended) listener();
    else this.#listeners.push(listener);
  }

  cancel(reason: unknown): void {
    this.#aborts.abort(reason);
  }

  end(): void {
    this.ended = true;
    for (const listener of this.#listeners.splice(0)) listener();
  }
}

/** A model as it was loaded: the second of an id is another one. */
export interface Model {
  readonly modelId: string;
  disposed: boolean;
}

/** A cache whose loads and disposals end when the test says so. */
export function cacheOf(maxModels: number) {
  const log: string[] = [];
  const held = new Set<string>();
  const loads = new Map<string, PromiseWithResolvers<Model>>();
  const disposals = new Map<string, PromiseWithResolvers<void>>();
  const models: Model[] = [];
  const cache = new ModelCache<Model>({
    where: "app/d#1",
    maxModels,
    load: (modelId) => {
      if (loads.has(modelId)) throw new Error(`${modelId} is loaded twice at a time`);
      log.push(`load ${modelId}`);
      const load = Promise.withResolvers<Model>();
      loads.set(modelId, load);
      return load.promise.finally(() => loads.delete(modelId));
    },
    hold: (waiting) => waiting,
    dispose: async (modelId, model) => {
      log.push(`dispose ${modelId}`);
      model.disposed = true;
      const disposal = Promise.withResolvers<void>();
      disposals.set(modelId, disposal);
      await disposal.promise;
      disposals.delete(modelId);
    },
    changed: (modelId, now) => {
      if (held.has(modelId) === now) throw new Error(`${modelId} is told twice`);
      if (now) held.add(modelId);
      else held.delete(modelId);
    },
  });
  return {
    cache,
    log,
    held,
    loads,
    disposals,
    /** Models that were loaded and that nobody has begun to dispose. */
    alive: () => models.filter(({ disposed }) => !disposed).length,
    loaded(modelId: string): Promise<void> {
      if (!loads.has(modelId)) return settled();
      const model = { modelId, disposed: false };
      models.push(model);
      loads.get(modelId)?.resolve(model);
      return settled();
    },
    disposed(modelId: string): Promise<void> {
      disposals.get(modelId)?.resolve();
      return settled();
    },
  };
}

/** Lets what was decided happen. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Loads a model for a call. */
export async function use(
  { cache, loaded }: ReturnType<typeof cacheOf>,
  modelId: string,
  user = new User(),
): Promise<User> {
  const got = cache.get(modelId, user);
  await loaded(modelId);
  await got;
  return user;
}
