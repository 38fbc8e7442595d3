import { waitUntil } from "cloudflare:workers";
import { type Clock, systemClock } from "../../src/clock.ts";

/** A sleep must outlive the request in which it began. */
export const workerdClock: Clock = {
  now: systemClock.now,
  sleep: (ms, signal) => {
    const slept = systemClock.sleep(ms, signal);
    waitUntil(slept);
    return slept;
  },
};
