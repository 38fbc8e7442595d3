interface Point {
  readonly at: number;
  readonly area: number;
}

/** The load of the last while: its means are weighted by time, and exact at the moments at which it was looked at. */
export class LoadWindow {
  #points: Point[] = [];

  /** @param area the load, added up over all time, in call-milliseconds */
  add(at: number, area: number, lookBackMs: number): void {
    this.#points.push({ at, area });
    // One that is older stays, to know the load at the window's very beginning.
    const old = this.#points.findIndex((point) => point.at > at - lookBackMs);
    if (old > 1) this.#points.splice(0, old - 1);
  }

  /** The mean over the last `ms` before the newest point; over what is known where that is less. */
  mean(ms: number): number {
    const [last, first] = [this.#points.at(-1), this.#points[0]];
    if (!last || !first) return 0;
    const from = Math.max(first.at, last.at - ms);
    if (last.at <= from) return 0;
    return Math.max(0, (last.area - this.#areaAt(from)) / (last.at - from));
  }

  #areaAt(time: number): number {
    const after = this.#points.findIndex(({ at }) => at >= time);
    const next = this.#points[after] as Point;
    const before = this.#points[after - 1];
    if (!before || next.at === time) return next.area;
    const part = (time - before.at) / (next.at - before.at);
    return before.area + part * (next.area - before.area);
  }
}
