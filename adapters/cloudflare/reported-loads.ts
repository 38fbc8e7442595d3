import { ReportedLoad } from "../../src/autoscale/load-report.ts";
import type { LoadTable } from "../../src/autoscale/load-table.ts";
import type { Clock } from "../../src/clock.ts";
import type { KeyedLoad } from "./controller-rpc.ts";

/** Who has not reported for so long has gone. */
const EXPIRY_MS = 15_000;

interface Caller {
  readonly load: ReportedLoad;
  at: number;
  readonly end: () => void;
}

/** What isolates and replicas in objects have reported of their calls. */
export class ReportedLoads {
  readonly #loads: LoadTable;
  readonly #now: Clock["now"];
  readonly #callers = new Map<string, Caller>();

  constructor(loads: LoadTable, now: Clock["now"]) {
    this.#loads = loads;
    this.#now = now;
  }

  take(caller: string, reports: readonly KeyedLoad[]): void {
    // Clocks of other machines may tell another time.
    const at = this.#now();
    for (const { key, ...report } of reports)
      this.#take(`${caller} ${key}`, key, { ...report, at });
    for (const [name, one] of this.#callers) {
      if (at < one.at + 2 * EXPIRY_MS) continue;
      one.end();
      this.#callers.delete(name);
    }
  }

  #take(name: string, key: string, report: Omit<KeyedLoad, "key">): void {
    const known = this.#callers.get(name);
    const load = known?.load ?? new ReportedLoad(report, EXPIRY_MS);
    const end = known?.end ?? this.#loads.of(key).add(load, this.#now);
    this.#callers.set(name, { load, at: report.at, end });
    load.take(report);
  }
}
