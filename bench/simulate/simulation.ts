import { type ManualClock, manualClock } from "../../adapters/memory/testing.ts";
import { EndTimes } from "./end-times.ts";
import { Fleet } from "./fleet.ts";
import type { Trace } from "./traces.ts";

/** Decides how many replicas there should be. */
export interface Scaler {
  /** So many calls more, or fewer, wait or run. */
  changed(by: number): void;
  /** When it wants to decide next, clock time. */
  readonly next: number;
  /** @param running replicas that take calls; returns how many there should be */
  decide(running: number): number;
}

/** How a scaler did. */
export interface Outcome {
  readonly replicaHours: number;
  /** Time in which less ran than what the rate of the calls takes, at the target. */
  readonly overTargetS: number;
  /** Times that it went up after it had gone down, and down after up. */
  readonly reversals: number;
}

/** Calls that one replica runs at once; those over it wait. */
const CAP = 16;
const LOOK_MS = 100;

/** Runs the calls of a trace, on a clock of its own, on replicas that a scaler starts and stops. */
export function simulate(
  trace: Trace,
  target: number,
  make: (clock: ManualClock) => Scaler,
): Outcome {
  const { arrivals, durations, lengthMs, offered } = trace;
  const clock = manualClock(0);
  const scaler = make(clock);
  const fleet = new Fleet();
  const ends = new EndTimes();
  const waiting: number[] = [];
  let [served, arrived, nextLook, overTargetMs] = [0, 0, LOOK_MS, 0];
  const serve = () => {
    for (; served < waiting.length && ends.size < fleet.running * CAP; served += 1) {
      ends.add(clock.now() + (waiting[served] as number));
    }
  };
  for (;;) {
    const arrival = arrivals[arrived] ?? Number.POSITIVE_INFINITY;
    const own = Math.min(ends.first, fleet.nextStart, scaler.next, nextLook);
    const now = Math.min(arrival, own, lengthMs);
    fleet.pass(now - clock.now());
    clock.advance(now - clock.now());
    if (now === lengthMs) break;
    if (now === arrival) {
      waiting.push(durations[arrived] as number);
      arrived += 1;
      scaler.changed(1);
    } else if (now === ends.first) {
      ends.takeFirst();
      scaler.changed(-1);
    } else if (now === fleet.nextStart) fleet.started();
    else if (now === nextLook) {
      nextLook += LOOK_MS;
      if (offered(now) > fleet.running * target + 1e-9) overTargetMs += LOOK_MS;
    } else fleet.order(scaler.decide(fleet.running), now);
    serve();
  }
  const { replicaHours, reversals } = fleet;
  return { replicaHours, overTargetS: overTargetMs / 1000, reversals };
}
