/** What a generator method returns, or any other async iterable that is not a stream of the Web. */
export type Iteration = AsyncIterable<unknown> | Generator<unknown>;

/** What a stream is pulled from. */
export type Source = AsyncIterator<unknown> | Iterator<unknown>;

export function isIteration(value: unknown): value is Iteration {
  if (typeof value !== "object" || value === null || value instanceof ReadableStream) return false;
  return Symbol.asyncIterator in value || isGenerator(value);
}

/** Arrays and Maps iterate too but are plain values; a generator object is a stream. */
function isGenerator(value: object): value is Generator<unknown> {
  return (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === "Generator";
}

export function iteratorOf(iteration: Iteration): Source {
  return Symbol.asyncIterator in iteration
    ? iteration[Symbol.asyncIterator]()
    : iteration[Symbol.iterator]();
}

/** The same iteration with each of its steps run by `run`. @param threw called when a step throws */
export function iterateIn(
  run: <R>(fn: () => R) => R,
  iteration: Iteration,
  threw: (error: unknown) => void,
): AsyncIterable<unknown> {
  const iterator = iteratorOf(iteration);
  return iterable({
    next: async () => {
      try {
        return await run(() => iterator.next());
      } catch (error) {
        threw(error);
        throw error;
      }
    },
    return: async (value) => run(() => iterator.return?.(value)) ?? ended(value),
  });
}

/** An async iterable over an iterator, once. */
export function iterable(iterator: Source): AsyncIterableIterator<unknown> {
  const made: AsyncIterableIterator<unknown> = {
    next: async () => iterator.next(),
    return: async (value) => (await iterator.return?.(value)) ?? ended(value),
    throw: async (error) => {
      await iterator.return?.();
      throw error;
    },
    [Symbol.asyncIterator]: () => made,
  };
  return made;
}

/**
 * The same source, left only once something else has happened: what a cancelled generator calls in its `finally` would be
 * cancelled too if the news of that came after it was left.
 */
export function returningAfter(happened: () => Promise<void> | undefined, source: Source): Source {
  return {
    next: async () => source.next(),
    return: async (value) => {
      await happened();
      return (await source.return?.(value)) ?? ended(value);
    },
  };
}

/** Reads a stream as an iterator; `return` cancels it. */
export function readStream<Y>(stream: ReadableStream<Y>): AsyncIterator<Y> {
  const reader = stream.getReader();
  return {
    next: async () => {
      const { done, value } = await reader.read();
      return done ? ended(undefined) : { done: false, value };
    },
    return: async (reason) => {
      await reader.cancel(reason);
      return ended(undefined);
    },
  };
}

/** A stream over an iterator: pulled only when read, `cancel` ends the iterator. */
export function streamOf(iterator: Source): ReadableStream {
  const stream = new ReadableStream(
    {
      pull: async (controller) => {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: async (reason) => {
        await iterator.return?.(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return madeOf(iterator, stream);
}

const sources = new WeakMap<ReadableStream, Source>();

/** Remembers what a stream was made of, for `readUntouched`. */
export function madeOf(source: Source, stream: ReadableStream): ReadableStream {
  sources.set(stream, source);
  return stream;
}

/** Reads a stream that nobody has read from yet: what it was made of where that is known, since the detour costs as much as all the rest. */
export function readUntouched(stream: ReadableStream): Source {
  const source = sources.get(stream);
  if (!source) return readStream(stream);
  // From now on nobody else may.
  stream.getReader();
  return source;
}

function ended(value: unknown): IteratorReturnResult<unknown> {
  return { done: true, value };
}
