/** A count that was wanted, and until when. */
interface High {
  readonly count: number;
  readonly until: number;
}

/** What has been wanted lately, as far as delays go by it. Plain data. */
export interface Wishes {
  /** Since when more has been wanted all the time than there is; undefined where it is not. */
  readonly upSince: number | undefined;
  /** Of what was wanted in the last while: all that nothing higher was wanted after, the highest first. */
  readonly highs: readonly High[];
}

export interface Delays {
  readonly upscaleDelayMs: number;
  readonly downscaleDelayMs: number;
  readonly downscaleToZeroDelayMs: number;
}

export interface Delayed {
  readonly count: number;
  readonly wishes: Wishes;
  /** Milliseconds until a change that is wanted is due; Infinity where none is. */
  readonly dueInMs: number;
}

/** As if `count` had been wanted until now. */
export function wishedFor(count: number, now: number): Wishes {
  return { upSince: undefined, highs: [{ count, until: now }] };
}

/**
 * More is given when it has been wanted all the time of its delay: what is wanted then. Less, when less was wanted all
 * the time: the most of that. From several replicas it never goes to none at once, for the last one has a delay of its
 * own. Ray Serve's rule is the same but for the last step, which goes down to what is wanted in that moment.
 */
export function delay(
  desired: number,
  count: number,
  before: Wishes,
  delays: Delays,
  now: number,
): Delayed {
  const highs = withWish(before.highs, desired, now);
  if (desired > count) return up(desired, count, { ...before, highs }, delays, now);
  const wishes = { upSince: undefined, highs };
  const delayMs = count > 1 ? delays.downscaleDelayMs : delays.downscaleToZeroDelayMs;
  const most = highs.find(({ until }) => until > now - delayMs)?.count ?? desired;
  const reached = Math.max(most, count > 1 ? 1 : 0);
  if (reached < count) return { count: reached, wishes: keep(wishes, delays, now), dueInMs: 0 };
  const last = highs.findLast((high) => high.count >= count);
  const dueInMs = desired < count && last ? last.until + delayMs - now : Number.POSITIVE_INFINITY;
  return { count, wishes: keep(wishes, delays, now), dueInMs };
}

function up(
  desired: number,
  count: number,
  before: Wishes,
  { upscaleDelayMs }: Delays,
  now: number,
): Delayed {
  const upSince = before.upSince ?? now;
  const dueInMs = upSince + upscaleDelayMs - now;
  if (dueInMs > 0) return { count, wishes: { ...before, upSince }, dueInMs };
  const wishes = { upSince: undefined, highs: before.highs };
  return { count: desired, wishes, dueInMs: Number.POSITIVE_INFINITY };
}

/** What was wanted last was so until now. */
function withWish(highs: readonly High[], count: number, now: number): High[] {
  const last = highs.at(-1);
  const known = last ? [...highs.slice(0, -1), { ...last, until: now }] : [];
  return [...known.filter((high) => high.count > count), { count, until: now }];
}

function keep({ upSince, highs }: Wishes, delays: Delays, now: number): Wishes {
  const { downscaleDelayMs, downscaleToZeroDelayMs } = delays;
  const from = now - Math.max(downscaleDelayMs, downscaleToZeroDelayMs);
  return { upSince, highs: highs.filter(({ until }) => until > from) };
}
