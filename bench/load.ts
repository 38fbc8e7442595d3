import { cpuEach, cpuTime, median } from "./measure.ts";

/** Keeps `inFlight` calls running and counts what comes back. */
export async function throughput(
  call: () => PromiseLike<unknown>,
  inFlight: number,
  seconds: number,
) {
  let done = 0;
  const before = cpuTime();
  const start = performance.now();
  const end = start + seconds * 1000;
  const lane = async () => {
    while (performance.now() < end) {
      await call();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  const perSecond = done / ((performance.now() - start) / 1000);
  return { perSecond, ...cpuEach(before, cpuTime(), done) };
}

/**
 * Makes one call after another and takes the median of their times.
 *
 * @param prepare makes a call's argument, outside the time that counts
 */
export async function latency<T>(
  prepare: () => T,
  call: (argument: T) => PromiseLike<unknown>,
  seconds: number,
) {
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const argument = prepare();
    const start = performance.now();
    await call(argument);
    times.push(performance.now() - start);
  }
  return { p50Ms: median(times) };
}
