import { Alarms, type Timer } from "./alarms.ts";

/** Time as a seam: tests drive it by hand. */
export interface Clock {
  /** Milliseconds since the epoch, comparable between the threads of one machine. */
  now(): number;
  /** Resolves after `ms` milliseconds, or early when the signal aborts; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /**
   * Calls `ring` once it is `at` by `now`, or soon after. Returns what takes the alarm back: each call with a deadline
   * sets one, and nearly all are taken back.
   */
  alarm(at: number, ring: () => void): () => void;
}

const ORIGIN = performance.timeOrigin;

/** The longest that a timer can wait, 24 days: for longer than that it would not wait at all. */
const LONGEST_MS = 2 ** 31 - 1;

const timer: Timer = {
  now: () => ORIGIN + performance.now(),
  sleep: (ms, signal) => (ms > LONGEST_MS ? hibernate(ms, signal) : nap(ms, signal)),
};

export const systemClock: Clock = { ...timer, alarm: new Alarms(timer).set };

async function hibernate(ms: number, signal: AbortSignal): Promise<void> {
  for (let left = ms; left > 0 && !signal.aborted; left -= LONGEST_MS) {
    await nap(Math.min(left, LONGEST_MS), signal);
  }
}

function nap(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timeout);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timeout = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
