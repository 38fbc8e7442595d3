import type { Clock } from "../clock.ts";
import type { DeploymentKey } from "../handle.ts";
import type { LoadSource } from "./load-meter.ts";
import type { LoadReport } from "./load-report.ts";

/** How often a load that changes all the time is reported. */
const REPORT_MS = 100;

/**
 * Reports the loads of one thread to the host that scales by them: at once what begins to change and what is held, then
 * ten times a second while it goes on. A load that stays the same costs nothing.
 */
export class LoadReporter {
  readonly #clock: Pick<Clock, "now" | "sleep">;
  readonly #send: (key: DeploymentKey, report: LoadReport) => void;
  readonly #changed = new Set<() => void>();
  readonly #life = new AbortController();
  #resting = true;

  constructor(
    clock: Pick<Clock, "now" | "sleep">,
    send: (key: DeploymentKey, report: LoadReport) => void,
  ) {
    this.#clock = clock;
    this.#send = send;
  }

  /** Returns what ends it. */
  add(key: DeploymentKey, source: LoadSource): () => void {
    const report = (held = false) => {
      const at = this.#clock.now();
      this.#send(key, { ...source.read(at), at, held });
    };
    const reportChange = () => report();
    source.watch((held) => {
      if (held) return report(true);
      this.#changed.add(reportChange);
      if (this.#resting) void this.#reportWhileChanging();
    });
    report();
    return () => {
      this.#changed.delete(reportChange);
      source.watch(() => {});
      const at = this.#clock.now();
      const { area } = source.read(at);
      this.#send(key, { queued: 0, running: 0, area, at, held: false });
    };
  }

  close(): void {
    this.#life.abort();
  }

  async #reportWhileChanging(): Promise<void> {
    this.#resting = false;
    while (this.#changed.size > 0 && !this.#life.signal.aborted) {
      const changed = [...this.#changed];
      this.#changed.clear();
      for (const report of changed) report();
      await this.#clock.sleep(REPORT_MS, this.#life.signal);
    }
    this.#resting = true;
  }
}
