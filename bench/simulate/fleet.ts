/** What a replica takes to start, whoever started it. */
const COLD_START_MS = 1_000;

/** The replicas of a simulation, and what they cost. */
export class Fleet {
  /** Those that take calls. */
  running = 1;
  reversals = 0;
  readonly #starting: number[] = [];
  #direction = 0;
  #replicaMs = 0;

  get replicaHours(): number {
    return this.#replicaMs / 3_600_000;
  }

  /** When the next one will run. */
  get nextStart(): number {
    return this.#starting[0] ?? Number.POSITIVE_INFINITY;
  }

  started(): void {
    this.#starting.shift();
    this.running += 1;
  }

  /** There should be so many: those that start are the first to go. */
  order(count: number, now: number): void {
    const more = count - this.#ordered;
    if (more === 0) return;
    if (Math.sign(more) === -this.#direction) this.reversals += 1;
    this.#direction = Math.sign(more);
    while (this.#ordered < count) this.#starting.push(now + COLD_START_MS);
    while (this.#ordered > count) if (this.#starting.pop() === undefined) this.running -= 1;
  }

  /** A replica costs from when it is started. */
  pass(ms: number): void {
    this.#replicaMs += this.#ordered * ms;
  }

  get #ordered(): number {
    return this.running + this.#starting.length;
  }
}
