import type { Row } from "./table.ts";

export interface BenchOptions {
  /** Rounds that count; one more warms up. */
  readonly rounds: number;
  /** How long each contender is loaded in each round. */
  readonly seconds: number;
}

/** One group of rows. */
export interface Suite {
  readonly name: string;
  /** @throws Skipped when this machine lacks what it takes */
  run(options: BenchOptions): Promise<Row[]>;
}

/** Why a suite did not run, and what to do about it. */
export class Skipped extends Error {
  override readonly name = "Skipped";
}
