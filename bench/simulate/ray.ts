import type { ManualClock } from "../../adapters/memory/testing.ts";
import type { Scaler } from "./simulation.ts";

/**
 * Ray Serve 2.58 with its defaults, by its source (`autoscaling_policy.py`, `autoscaling_state.py`): a handle looks at
 * its load every 6 s and sends the mean of 30 s every 10 s; ten times a second the controller decides by what it got
 * last, up after 30 s and down after 600 s in which it always wanted to.
 */
const LOOK_BACK_MS = 30_000;
const SAMPLE_MS = 0.2 * LOOK_BACK_MS;
const PUSH_MS = 10_000;
const TICK_MS = 100;
const UPSCALE_DELAY_MS = 30_000;
const DOWNSCALE_DELAY_MS = 600_000;

export function rayScaler(
  clock: ManualClock,
  bounds: { readonly target: number; readonly most: number },
): Scaler {
  const samples: { readonly at: number; readonly load: number }[] = [];
  let load = 0;
  let pushed = 0;
  let [nextSample, nextPush, nextTick] = [SAMPLE_MS, PUSH_MS, TICK_MS];
  let count = 1;
  let wantedSince: { readonly way: number; readonly at: number } | undefined;
  const decide = (now: number) => {
    const enough = Math.ceil(pushed / bounds.target);
    const desired = Math.min(Math.max(enough, 1), bounds.most);
    const way = Math.sign(desired - count);
    if (way === 0) wantedSince = undefined;
    else if (wantedSince?.way !== way) wantedSince = { way, at: now };
    const delay = way > 0 ? UPSCALE_DELAY_MS : DOWNSCALE_DELAY_MS;
    if (!wantedSince || now < wantedSince.at + delay) return;
    count = desired;
    wantedSince = undefined;
  };
  return {
    changed(by) {
      load += by;
    },
    get next() {
      return Math.min(nextSample, nextPush, nextTick);
    },
    decide() {
      const now = clock.now();
      if (now >= nextSample) {
        samples.push({ at: now, load });
        while ((samples[0]?.at ?? now) <= now - LOOK_BACK_MS) samples.shift();
        nextSample += SAMPLE_MS;
      }
      if (now >= nextPush) {
        pushed = samples.reduce((sum, one) => sum + one.load, 0) / samples.length;
        nextPush += PUSH_MS;
      }
      if (now >= nextTick) {
        decide(now);
        nextTick += TICK_MS;
      }
      return count;
    },
  };
}
