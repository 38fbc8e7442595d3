import type { LoadListener, LoadReading, LoadSource } from "./load-meter.ts";

/** A reading as it crosses to another thread. */
export interface LoadReport extends LoadReading {
  /** When it was made, by the clock of the platform. */
  readonly at: number;
  /** A call waits, and no replica runs that it could wait for. */
  readonly held: boolean;
}

/** The load of a caller that is somewhere else, as it reported it last: until it reports again nothing has changed. */
export class ReportedLoad implements LoadSource {
  readonly #expiryMs: number;
  #last: LoadReport;
  #listener: LoadListener = () => {};

  /** @param expiryMs after which a caller that does not report is taken for gone */
  constructor(first: LoadReport, expiryMs = Number.POSITIVE_INFINITY) {
    this.#last = first;
    this.#expiryMs = expiryMs;
  }

  watch(listener: LoadListener): void {
    this.#listener = listener;
  }

  take(report: LoadReport): void {
    this.#last = report;
    this.#listener(report.held);
  }

  read(now: number): LoadReading {
    const { at, queued, running, area } = this.#last;
    const since = Math.max(0, now - at);
    const lasting = area + (queued + running) * Math.min(since, this.#expiryMs);
    if (since > this.#expiryMs) return { queued: 0, running: 0, area: lasting };
    return { queued, running, area: lasting };
  }
}
