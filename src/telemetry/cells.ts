import { ServeError } from "../errors.ts";
import { bucketOf } from "./buckets.ts";
import type { Definition, MetricType } from "./definition.ts";

/** One series of a counter: it never falls. */
export class CounterCell {
  value = 0;
  readonly #definition: Definition;

  constructor(definition: Definition) {
    this.#definition = definition;
  }

  /** @throws ServeError `INVALID_OPTION` */
  inc(by = 1): void {
    if (!Number.isFinite(by) || by < 0) {
      throw invalid(this.#definition, "inc", "a finite number of at least 0", by);
    }
    this.value += by;
  }
}

/** One series of a gauge. */
export class GaugeCell {
  value = 0;
  readonly #definition: Definition;

  constructor(definition: Definition) {
    this.#definition = definition;
  }

  /** @throws ServeError `INVALID_OPTION` */
  set(value: number): void {
    if (typeof value !== "number") throw invalid(this.#definition, "set", "a number", value);
    this.value = value;
  }

  inc(by = 1): void {
    this.set(this.value + by);
  }

  dec(by = 1): void {
    this.set(this.value - by);
  }
}

/** One series of a histogram. */
export class HistogramCell {
  /** The sum of all that was observed. */
  value = 0;
  /** How many values each bucket holds, without those of the smaller ones; the last has no bound. */
  readonly counts: number[];
  readonly #definition: Definition;
  readonly #buckets: readonly number[];

  constructor(definition: Definition) {
    this.#definition = definition;
    this.#buckets = definition.buckets;
    this.counts = new Array<number>(definition.buckets.length + 1).fill(0);
  }

  /** @throws ServeError `INVALID_OPTION` */
  observe(value: number): void {
    if (!Number.isFinite(value)) {
      throw invalid(this.#definition, "observe", "a finite number", value);
    }
    const bucket = bucketOf(this.#buckets, value);
    this.counts[bucket] = (this.counts[bucket] as number) + 1;
    this.value += value;
  }
}

export interface Cells {
  readonly counter: CounterCell;
  readonly gauge: GaugeCell;
  readonly histogram: HistogramCell;
}

export type Cell = Cells[MetricType];

const MAKERS: { readonly [T in MetricType]: (definition: Definition) => Cells[T] } = {
  counter: (definition) => new CounterCell(definition),
  gauge: (definition) => new GaugeCell(definition),
  histogram: (definition) => new HistogramCell(definition),
};

export function newCell<T extends MetricType>(definition: Definition<T>): Cells[T] {
  return MAKERS[definition.type](definition);
}

function invalid({ name }: Definition, method: string, wanted: string, got: unknown): ServeError {
  const shown = typeof got === "number" ? String(got) : JSON.stringify(got);
  return new ServeError("INVALID_OPTION", `${name}.${method}: must be ${wanted}, got ${shown}`);
}
