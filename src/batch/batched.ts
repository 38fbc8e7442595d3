import { replicaInConstruction } from "../construction.ts";
import { type CallContext, currentCall, RunningCall } from "../context.ts";
import { ServeError } from "../errors.ts";
import { isAsyncIterable } from "../response.ts";
import { aloneBatches } from "./alone.ts";
import { type BatchOptions, type BatchRules, resolveBatchOptions } from "./batch-options.ts";
import type { BatchFunction } from "./batch-run.ts";
import type { Batcher } from "./batcher.ts";
import type { ReplicaBatches } from "./replica-batches.ts";

// A registered symbol: the app module and the host may each have loaded their own copy of isoserve.
const BATCHED = Symbol.for("isoserve.batched");

/** A function as callers have it: it takes one item. */
export type BatchedFunction = ((item: unknown, context?: CallContext) => Promise<unknown>) & {
  configure(options: BatchOptions<never>): void;
};

/** @throws ServeError `INVALID_OPTION` */
export function batched(
  fn: BatchFunction,
  method: string,
  options: BatchOptions<never> | undefined,
): BatchedFunction {
  const source = new BatchSource(fn, method, options);
  return Object.assign(
    (item: unknown, ...more: readonly unknown[]) => streamable(source.ask(item, more)),
    { configure: (changes: BatchOptions<never>) => source.configure(changes), [BATCHED]: source },
  );
}

/** Gives the batched functions of an instance the names of its fields, and a function that is deployed itself its replica. */
export function nameBatched(instance: unknown, batches: ReplicaBatches): void {
  if (typeof instance !== "object" && typeof instance !== "function") return;
  sourceOf(instance)?.attach(batches);
  for (const [name, { value }] of Object.entries(
    Object.getOwnPropertyDescriptors(instance ?? {}),
  )) {
    const source = sourceOf(value);
    if (source) source.attach(batches).method = name;
  }
}

function sourceOf(value: unknown): BatchSource | undefined {
  return typeof value === "function"
    ? (value as { readonly [BATCHED]?: BatchSource })[BATCHED]
    : undefined;
}

/** What one `batch()` made: batches of its own in each replica that calls it, one where it is a field of an instance. */
class BatchSource {
  readonly #fn: BatchFunction;
  readonly #method: string;
  readonly #owner = replicaInConstruction()?.batches;
  readonly #batchers = new WeakMap<ReplicaBatches, Batcher>();
  readonly #all = new Set<WeakRef<Batcher>>();
  #given: BatchOptions<never>;
  #rules: BatchRules;

  constructor(fn: BatchFunction, method: string, options: BatchOptions<never> | undefined) {
    const { given, rules } = resolveBatchOptions("batch", options);
    this.#fn = fn;
    this.#method = method;
    this.#given = given;
    this.#rules = rules;
    if (this.#owner) this.attach(this.#owner);
  }

  ask(item: unknown, more: readonly unknown[]): Promise<unknown> {
    const [context] = more;
    if (more.length > 0 && context !== undefined && !(context instanceof RunningCall)) {
      return Promise.reject(tooMany(this.#method));
    }
    const call = context instanceof RunningCall ? context : currentCall();
    const batches = this.#owner ?? call?.batches ?? aloneBatches();
    return this.attach(batches).ask(item, call);
  }

  configure(options: BatchOptions<never>): void {
    const { given, rules } = resolveBatchOptions("batch.configure", options, this.#given);
    this.#given = given;
    this.#rules = rules;
    for (const kept of this.#all) {
      const batcher = kept.deref();
      if (batcher) batcher.rules = rules;
      else this.#all.delete(kept);
    }
  }

  attach(batches: ReplicaBatches): Batcher {
    let batcher = this.#batchers.get(batches);
    if (!batcher) {
      batcher = batches.batcher(this.#fn, this.#method, this.#rules);
      this.#batchers.set(batches, batcher);
      this.#all.add(new WeakRef(batcher));
    }
    return batcher;
  }
}

function tooMany(method: string): ServeError {
  const message = `batch: ${method} takes one item, and its function an array of those of many calls; put several values into an object`;
  return new ServeError("INVALID_REQUEST", message);
}

/** So that the answer of a generator can be iterated without awaiting it first. */
function streamable(answer: Promise<unknown>): Promise<unknown> {
  return Object.assign(answer, { [Symbol.asyncIterator]: iterateAnswer });
}

async function* iterateAnswer(this: Promise<unknown>): AsyncGenerator<unknown> {
  const stream = await this;
  if (isAsyncIterable<unknown>(stream)) return yield* stream;
  const message = "batch: only the answer of a generator can be iterated; await this one";
  throw new ServeError("INVALID_APPLICATION", message);
}
