import { waitUntil } from "cloudflare:workers";
import { type Clock, systemClock } from "../../src/clock.ts";

/** What a timer can be set to. */
const LONGEST_MS = 2 ** 31 - 1;

/** A sleep must outlive the request in which it began. */
export const workerdClock: Clock = {
  now: systemClock.now,
  sleep: (ms, signal) => {
    const slept = systemClock.sleep(ms, signal);
    waitUntil(slept);
    return slept;
  },
  // A timer each: timers belong to the request they were set in, and one that calls share would end with the first.
  alarm: (at, ring) => {
    const ms = Math.max(0, at - systemClock.now());
    const timer = setTimeout(ring, Math.min(ms, LONGEST_MS));
    return () => clearTimeout(timer);
  },
};
