/** A duration as metrics have it; clocks that are set back give none below 0. */
export function secondsOf(milliseconds: number): number {
  return Math.max(0, milliseconds) / 1000;
}
