import type { BatchOptions } from "./batch/batch-options.ts";
import { resolveBatchOptions } from "./batch/batch-options.ts";
import type { BatchFunction } from "./batch/batch-run.ts";
import { type BatchedFunction, batched } from "./batch/batched.ts";
import { STREAM_END } from "./batch/shares.ts";
import type { CallContext } from "./context.ts";
import { ServeError } from "./errors.ts";

/** What can be changed while it runs. */
interface Configurable<Item> {
  /**
   * Changes options, from the next batch on: in `reconfigure`, for one. Those that are not given stay.
   *
   * @throws ServeError `INVALID_OPTION`; nothing has changed then
   */
  configure(options: BatchOptions<Item>): void;
}

/** Takes one item and answers it. */
export interface Batched<Item, Answer> extends Configurable<Item> {
  /** @param context of the call that asks, read before its first `await`: for platforms without AsyncLocalStorage (browsers) */
  (item: Item, context: CallContext): Promise<Answer>;
  // The last one is what handles have.
  (item: Item): Promise<Answer>;
}

/** The answer to one item as it is streamed: an async iterable, or, awaited, a generator. */
export type BatchStream<Chunk> = Promise<AsyncGenerator<Chunk, void, undefined>> &
  AsyncIterable<Chunk>;

/** Takes one item and streams its answer. */
export interface BatchedStream<Item, Chunk> extends Configurable<Item> {
  /** @param context as with `Batched` */
  (item: Item, context: CallContext): BatchStream<Chunk>;
  (item: Item): BatchStream<Chunk>;
}

type Step<Chunk> = readonly (Chunk | undefined | typeof STREAM_END)[];
type Steps<Chunk> =
  | AsyncGenerator<Step<Chunk>, unknown, never>
  | Generator<Step<Chunk>, unknown, never>;
type Answers<Answer> = readonly (Answer | Error)[];
// biome-ignore lint/suspicious/noExplicitAny: as ClassMethodDecoratorContext has it; a constraint, never a value
type Decorated<This> = (this: This, ...items: any) => unknown;

export interface Batch {
  /** Of a generator of chunks: an array for each step, an entry for each item. */
  <Item, Chunk>(
    fn: (items: Item[]) => Steps<Chunk> | PromiseLike<Steps<Chunk>>,
    options?: BatchOptions<NoInfer<Item>>,
  ): BatchedStream<Item, Chunk>;
  /**
   * Has a function answer many calls at once: it takes an array of items, callers pass one. A batch forms while those before
   * it run; the function gives an array with an answer for each item, in their order, an Error for those that fail. What it
   * throws fails the whole batch.
   *
   * With a generator function each step is an array with a chunk for each item: `undefined` for nothing this time,
   * `batch.end` where that item's stream ends. Callers get a stream each.
   *
   * As a class field, or with options alone as a decorator of a method.
   *
   * @throws ServeError `INVALID_OPTION`; what it returns throws what the function threw, `INVALID_APPLICATION` where the
   *   function did not give an array of the right length, `PAYLOAD_TOO_LARGE` for an item that fits in no batch
   * @example
   * predict = batch(async (images: Float32Array[]) => this.#model.predict(images), { maxBatchSize: 32 });
   */
  <Item, Answer>(
    fn: (items: Item[]) => Answers<Answer> | PromiseLike<Answers<Answer>>,
    options?: BatchOptions<NoInfer<Item>>,
  ): Batched<Item, Answer>;
  /** As a decorator of a method that takes arrays, declared by an overload as callers see it. */
  (
    options?: BatchOptions<never>,
  ): <This extends object, Method extends Decorated<This>>(
    method: Method,
    context: ClassMethodDecoratorContext<This, Method>,
  ) => Method;
  /** In an item's place in a step of a generator: its stream ends here. */
  readonly end: typeof STREAM_END;
}

/** See `Batch`. */
export const batch = Object.assign(
  (given?: unknown, options?: BatchOptions<never>) =>
    typeof given === "function"
      ? batched(given as BatchFunction, given.name || "batch", options)
      : decorator(given as BatchOptions<never> | undefined),
  { end: STREAM_END },
) as unknown as Batch;

type AnyMethod = (this: object, items: never[]) => unknown;

function decorator(options: BatchOptions<never> | undefined) {
  resolveBatchOptions("batch", options);
  return (method: AnyMethod, context: ClassMethodDecoratorContext<object>) => {
    const { name, kind } = context;
    if (kind !== "method" || context.static) {
      throw new ServeError(
        "INVALID_APPLICATION",
        `batch: ${String(name)} can't be decorated, only a method of instances can`,
      );
    }
    const own = new WeakMap<object, BatchedFunction>();
    const replaced = function (this: object, ...asked: Parameters<BatchedFunction>) {
      return (own.get(this) as BatchedFunction)(...asked);
    };
    context.addInitializer(function () {
      const made = batched(method.bind(this), String(name), options);
      own.set(this, made);
      // So that it has `configure`; not where a subclass has another method of the name.
      if (context.private || Reflect.get(this, name) !== replaced) return;
      Object.defineProperty(this, name, { value: made, configurable: true, writable: true });
    });
    return replaced;
  };
}
