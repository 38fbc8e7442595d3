import { replicaInConstruction } from "./construction.ts";
import { type CallContext, currentCall, RunningCall } from "./context.ts";
import { ServeError } from "./errors.ts";
import type { ModelCache } from "./multiplex/model-cache.ts";
import type { LoadModel, ReplicaModels } from "./multiplex/replica-models.ts";

export interface MultiplexOptions {
  /** Models that a replica has at a time, 3 by default; those that are being loaded and disposed count. */
  maxModels?: number;
}

/**
 * Gives a model: that of the id, or the one that the call names.
 *
 * @param context of the call that asks, read before its first `await`: for platforms without AsyncLocalStorage (browsers)
 */
export type Multiplexed<M> = (modelId?: string, context?: CallContext) => Promise<M>;

type Method<This, M> = (this: This, modelId: string) => M | PromiseLike<M>;
type MultiplexedMethod<This, M> = (this: This, ...asked: Parameters<Multiplexed<M>>) => Promise<M>;

/**
 * Loads models by id and keeps some of them: many models in one deployment. Calls that name a model
 * (`handle.options({ modelId })`, the header `x-model-id`) go to a replica that holds it. A model that a running call has
 * asked for stays until that call ends; else the least recently used makes room, and is disposed. A load that fails is
 * tried again by the next call.
 *
 * As a class field, or with options alone as a decorator of a method.
 *
 * @throws ServeError `INVALID_OPTION`; what it returns throws what `load` threw, `INVALID_REQUEST` without an id
 * @example
 * readonly #model = multiplexed((id) => loadModel(`/models/${id}`), { maxModels: 2 });
 * async predict(input: number[]) { return (await this.#model()).predict(input); }
 */
export function multiplexed<M>(load: LoadModel<M>, options?: MultiplexOptions): Multiplexed<M>;
export function multiplexed(
  options?: MultiplexOptions,
): <This extends object, M>(
  method: Method<This, M>,
  context: ClassMethodDecoratorContext<This>,
) => MultiplexedMethod<This, M>;
export function multiplexed<M>(
  given?: LoadModel<M> | MultiplexOptions,
  options?: MultiplexOptions,
): unknown {
  if (typeof given === "function") return multiplex(given, maxModelsOf(options));
  const maxModels = maxModelsOf(given);
  return <This extends object>(
    method: Method<This, M>,
    context: ClassMethodDecoratorContext<This>,
  ): MultiplexedMethod<This, M> => {
    const own = new WeakMap<This, Multiplexed<M>>();
    context.addInitializer(function (this: This) {
      own.set(this, multiplex(method.bind(this), maxModels));
    });
    return function (this: This, ...asked) {
      return (own.get(this) as Multiplexed<M>)(...asked);
    };
  };
}

function multiplex<M>(load: LoadModel<M>, maxModels: number): Multiplexed<M> {
  const owner = replicaInConstruction()?.models;
  // One of a module, not of an instance, may be used by several replicas of this thread.
  const caches = new WeakMap<ReplicaModels, Pick<ModelCache<M>, "get">>();
  return async (given, context) => {
    const call = callOf(context);
    const models = owner ?? call?.models;
    if (!models) throw nowhere();
    let cache = caches.get(models);
    if (!cache) {
      cache = models.cache(load, maxModels);
      caches.set(models, cache);
    }
    return cache.get(modelIdOf(given, call, models), call);
  };
}

function callOf(context: CallContext | undefined): RunningCall | undefined {
  if (context === undefined) return currentCall();
  if (context instanceof RunningCall) return context;
  throw new ServeError("INVALID_REQUEST", "multiplexed: context must be what context() returned");
}

function modelIdOf(
  given: unknown,
  call: RunningCall | undefined,
  { replicaId }: ReplicaModels,
): string {
  const modelId = given ?? call?.modelId;
  if (typeof modelId === "string" && modelId !== "") return modelId;
  if (given !== undefined) {
    const message = `${replicaId}: a model's id must be a string that is not empty, got ${JSON.stringify(given)}`;
    throw new ServeError("INVALID_REQUEST", message);
  }
  if (call) {
    const message = `${replicaId}: the call names no model; name one by handle.options({ modelId }) or the header x-model-id`;
    throw new ServeError("INVALID_REQUEST", message);
  }
  const message = `${replicaId}: no call is running here that could name a model; give its id: this.model(id)`;
  throw new ServeError("INVALID_APPLICATION", message);
}

function nowhere(): ServeError {
  return new ServeError(
    "INVALID_APPLICATION",
    "multiplexed: no replica is known here; make it in a class field or a constructor, or ask for a model in a method, before the first await or with its context() where the platform has no AsyncLocalStorage (browsers)",
  );
}

function maxModelsOf(options: MultiplexOptions = {}): number {
  for (const name of Object.keys(options)) {
    if (name === "maxModels") continue;
    throw new ServeError("INVALID_OPTION", `multiplexed: unknown option ${name}; it has maxModels`);
  }
  const { maxModels = 3 } = options;
  const whole = Number.isInteger(maxModels) || maxModels === Number.POSITIVE_INFINITY;
  if (whole && maxModels >= 1) return maxModels;
  const message = `multiplexed: option maxModels must be a whole number of at least 1, got ${String(maxModels)}`;
  throw new ServeError("INVALID_OPTION", message);
}
