import type { Cancellation } from "./cancellation.ts";
import { ServeError } from "./errors.ts";

/**
 * The answer to a handle call: a promise of `R`, and, when the method is a generator, an async iterable of
 * what it yields (awaiting it then gives that iterable once the call has started).
 *
 * Passed un-awaited as an argument of another call it is resolved before that call is sent.
 */
export class DeploymentResponse<R, Y = never> implements Promise<R> {
  readonly requestId: string;
  readonly #result: Promise<R>;
  readonly #cancellation: Cancellation;

  constructor(requestId: string, cancellation: Cancellation, result: Promise<R>) {
    this.requestId = requestId;
    this.#cancellation = cancellation;
    this.#result = result;
  }

  /**
   * Stops the call: one still queued never reaches a replica, a running one sees `context().signal` abort.
   * The response then rejects with `ServeError` `CANCELLED`, whose cause is the reason.
   */
  cancel(reason?: unknown): void {
    this.#cancellation.cancel(reason);
  }

  // biome-ignore lint/suspicious/noThenProperty: a response is a promise, by design
  then<A = R, B = never>(
    fulfilled?: ((value: R) => A | PromiseLike<A>) | null,
    // biome-ignore lint/suspicious/noExplicitAny: as in Promise itself, so that a handler may name its error's type
    rejected?: ((reason: any) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#result.then(fulfilled, rejected);
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above
  catch<B = never>(rejected?: ((reason: any) => B | PromiseLike<B>) | null): Promise<R | B> {
    return this.#result.catch(rejected);
  }

  finally(settled?: (() => void) | null): Promise<R> {
    return this.#result.finally(settled);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Y, void, undefined> {
    const result: unknown = await this.#result;
    if (!isAsyncIterable<Y>(result)) {
      throw new ServeError(
        "INVALID_APPLICATION",
        "DeploymentResponse: only the answer of a generator method can be iterated; await this one",
      );
    }
    yield* result;
  }

  get [Symbol.toStringTag](): string {
    return "DeploymentResponse";
  }
}

export function isAsyncIterable<Y>(value: unknown): value is AsyncIterable<Y> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
