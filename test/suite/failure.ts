import { assert } from "chai";
import { type ErrorCode, ServeError } from "../../src/index.ts";

/** What a promise rejects with; itself rejects when it does not. */
export async function thrownBy(promise: PromiseLike<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`it should have failed, but gave ${typeof value}`);
}

/** The Error that a promise rejects with. Start it with the call: a rejection must not go unheard until then. */
export async function failure(promise: PromiseLike<unknown>): Promise<Error> {
  const error = await thrownBy(promise);
  assert.instanceOf(error, Error);
  return error as Error;
}

/** The ServeError of that code that a promise rejects with. */
export async function serveError(
  promise: PromiseLike<unknown>,
  code: ErrorCode,
): Promise<ServeError> {
  const error = await failure(promise);
  assert.instanceOf(error, ServeError, String(error.stack));
  assert.equal((error as ServeError).code, code, error.message);
  return error as ServeError;
}

/**
 * Gives messages between replicas that no test can see (a refusal, a place in line) time to arrive. Only
 * where there is no event to wait for.
 */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 200));
}

/** Waits until a producer has stopped. Returns how far it came. */
export async function standstill(produced: () => PromiseLike<number>): Promise<number> {
  let before = -1;
  for (;;) {
    await settle();
    const now = await produced();
    if (now === before) return now;
    before = now;
  }
}
