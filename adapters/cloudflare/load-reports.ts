import { waitUntil } from "cloudflare:workers";
import type { LoadSource } from "../../src/autoscale/load-meter.ts";
import type { Clock } from "../../src/clock.ts";
import type { DeploymentKey } from "../../src/handle.ts";
import type { ReportLoads } from "./controller-rpc.ts";

/** How often a load is reported while it changes. */
const REPORT_MS = 1_000;
/** And while it stays the same: the controller can't see an isolate end. */
const AGAIN_MS = 5_000;
/** A round that has not gone on by now is lost: the request that it began in was ended. */
const LOST_MS = 3_000;

/**
 * Reports to the controller what the calls of one isolate, or of one replica in its own object, are for the deployments
 * they go to: at once what begins and what is held, then once a second.
 */
export class LoadReports {
  readonly #caller = crypto.randomUUID();
  readonly #clock: Pick<Clock, "now" | "sleep">;
  readonly #send: ReportLoads;
  readonly #sources = new Map<DeploymentKey, LoadSource>();
  readonly #changed = new Set<DeploymentKey>();
  #sentAt = Number.NEGATIVE_INFINITY;
  /** When the round that is under way went on last; undefined where none is. */
  #rounds: number | undefined;

  constructor(clock: Pick<Clock, "now" | "sleep">, send: ReportLoads) {
    this.#clock = clock;
    this.#send = send;
  }

  add(key: DeploymentKey, source: LoadSource): () => void {
    this.#sources.set(key, source);
    source.watch((held) => {
      this.#changed.add(key);
      if (held) waitUntil(this.#report([key], true));
      else this.#begin();
    });
    const { queued, running } = source.read(this.#clock.now());
    if (queued + running > 0) {
      this.#changed.add(key);
      this.#begin();
    }
    return () => {
      this.#sources.delete(key);
      this.#changed.add(key);
      this.#begin();
    };
  }

  #begin(): void {
    const lost = this.#rounds !== undefined && this.#clock.now() - this.#rounds > LOST_MS;
    if (this.#rounds === undefined || lost) waitUntil(this.#goRound());
  }

  async #goRound(): Promise<void> {
    const unending = new AbortController().signal;
    for (let busy = true; busy; ) {
      const now = this.#clock.now();
      this.#rounds = now;
      const all = now >= this.#sentAt + AGAIN_MS;
      const keys = all ? [...this.#sources.keys(), ...this.#changed] : [...this.#changed];
      busy = keys.length > 0 ? await this.#report(keys, false) : true;
      if (busy) await this.#clock.sleep(REPORT_MS, unending);
    }
    this.#rounds = undefined;
  }

  /** Returns whether there is anything under way to report again. */
  async #report(keys: readonly DeploymentKey[], held: boolean): Promise<boolean> {
    const at = this.#clock.now();
    this.#sentAt = at;
    const reports = [...new Set(keys)].map((key) => {
      this.#changed.delete(key);
      const reading = this.#sources.get(key)?.read(at) ?? { queued: 0, running: 0, area: 0 };
      return { key, at, held, ...reading };
    });
    // The next report has what this one had.
    await this.#send(this.#caller, reports).catch(() => {});
    const under = [...this.#sources.values()].some((source) => {
      const { queued, running } = source.read(this.#clock.now());
      return queued + running > 0;
    });
    return under || this.#changed.size > 0;
  }
}
