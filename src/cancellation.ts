/**
 * Carries "stop" to one call. An AbortSignal with a listener costs 4 µs a call on Node, this 10 ns;
 * the user's side still sees a real signal (`context().signal`), made only when it is asked for.
 */
export class Cancellation {
  #cancelled = false;
  #reason: unknown;
  #listener: ((reason: unknown) => void) | undefined;

  get cancelled(): boolean {
    return this.#cancelled;
  }

  get reason(): unknown {
    return this.#reason;
  }

  /** The first reason stays; later calls do nothing. */
  cancel(reason: unknown): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#reason = reason;
    this.#listener?.(reason);
  }

  /** A call is in one place at a time (queue, channel, replica), so the newest listener is the only one. */
  set listener(listener: ((reason: unknown) => void) | undefined) {
    this.#listener = listener;
    if (this.#cancelled) listener?.(this.#reason);
  }
}

/** Cancels when the signal aborts. Returns what stops listening to the signal. */
export function followSignal(cancellation: Cancellation, signal: AbortSignal): () => void {
  if (signal.aborted) {
    cancellation.cancel(signal.reason);
    return () => {};
  }
  const abort = () => cancellation.cancel(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  return () => signal.removeEventListener("abort", abort);
}
