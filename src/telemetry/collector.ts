import type { Clock } from "../clock.ts";
import { lasting, type MetricsSnapshot, merge } from "./snapshot.ts";

/** Something that counts for itself and may be far away or busy: a replica. */
export interface MetricsSource {
  /** @throws when it is gone */
  metrics(): Promise<MetricsSnapshot>;
  /** Tells, once, when it is gone. */
  whenClosed(listener: () => void): void;
}

/** A source that does not answer within this time, with a blocked event loop, is shown as it was last seen. */
export const PATIENCE_MS = 1_000;

const MANY_ENDED = 256;

/**
 * The metrics of many sources as those of one. What was shown once never vanishes, but for gauges: the counts of a
 * source that ended stay as they were last seen.
 */
export class Collector {
  readonly #clock: Clock;
  readonly #seen = new Map<MetricsSource, MetricsSnapshot>();
  readonly #asked = new Map<MetricsSource, Promise<void>>();
  /** Of those that ended: put together now and then, for that costs as much as there is. */
  #ended: MetricsSnapshot[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(source: MetricsSource): void {
    this.#seen.set(source, []);
    source.whenClosed(() => {
      this.#ended.push(lasting(this.#seen.get(source) ?? []));
      if (this.#ended.length >= MANY_ENDED) this.#ended = [merge(this.#ended)];
      this.#seen.delete(source);
    });
  }

  /** Looks at a source: before it is ended, so that nothing it counted is lost. Never rejects. */
  async look(source: MetricsSource): Promise<void> {
    const answered = new AbortController();
    const late = this.#clock.sleep(PATIENCE_MS, answered.signal);
    await Promise.race([this.#ask(source), late]);
    answered.abort();
  }

  async collect(): Promise<MetricsSnapshot> {
    await Promise.all([...this.#seen.keys()].map((source) => this.look(source)));
    return merge([...this.#seen.values(), ...this.#ended]);
  }

  /** One question at a time: a blocked source must not find a heap of them. */
  #ask(source: MetricsSource): Promise<void> {
    const asked = this.#asked.get(source) ?? this.#answer(source);
    this.#asked.set(source, asked);
    return asked;
  }

  async #answer(source: MetricsSource): Promise<void> {
    try {
      const snapshot = await source.metrics();
      if (this.#seen.has(source)) this.#seen.set(source, snapshot);
    } catch {
      // It is gone, and says so itself.
    } finally {
      this.#asked.delete(source);
    }
  }
}
