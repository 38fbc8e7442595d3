/** A page tells its Service Worker that it has aborted a request. */
export interface AbortMessage {
  /** The request's `x-request-id`. */
  readonly isoserveAbort: string;
}

export function isAbortMessage(data: unknown): data is AbortMessage {
  return typeof data === "object" && data !== null && "isoserveAbort" in data;
}

/** Messages that overtook their request; those of requests that are over already stay here until others push them out. */
const MAX_EARLY = 64;

/** What a Service Worker hears of aborts from pages. */
export class Aborts {
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #early = new Set<string>();

  /** Returns what ends it. */
  listen(requestId: string, listener: () => void): () => void {
    if (this.#early.delete(requestId)) listener();
    const listeners = this.#listeners.get(requestId) ?? new Set();
    this.#listeners.set(requestId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(requestId);
    };
  }

  abort({ isoserveAbort: requestId }: AbortMessage): void {
    const listeners = this.#listeners.get(requestId);
    if (listeners) for (const listener of listeners) listener();
    else this.#remember(requestId);
  }

  #remember(requestId: string): void {
    this.#early.add(requestId);
    const [oldest] = this.#early;
    if (oldest !== undefined && this.#early.size > MAX_EARLY) this.#early.delete(oldest);
  }
}
