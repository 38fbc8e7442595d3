import { ServeError } from "../errors.ts";
import type { Cells } from "./cells.ts";
import {
  type Definition,
  define,
  type GaugeOptions,
  type HistogramOptions,
  identity,
  type MetricOptions,
  type MetricType,
} from "./definition.ts";
import type { Registry } from "./registry.ts";
import { currentRegistry, currentScope } from "./scope.ts";

export interface Counter {
  /** @param by at least 0 and finite; 1 by default @throws ServeError `INVALID_OPTION` */
  inc(by?: number): void;
}

export interface Gauge {
  /** @throws ServeError `INVALID_OPTION` when it is no number */
  set(value: number): void;
  inc(by?: number): void;
  dec(by?: number): void;
}

export interface Histogram {
  /** @param value finite, in the metric's unit @throws ServeError `INVALID_OPTION` */
  observe(value: number): void;
}

/** A metric with labels: `with` their values it counts. */
export interface Labelled<Label extends string, Metric> {
  /**
   * Do it once for each set of values and keep the result: counting then costs next to nothing. What comes
   * after 2000 sets counts as one, `overflow`.
   *
   * @throws ServeError `INVALID_OPTION` for a label that is missing or unknown
   */
  with(labels: Readonly<Record<Label, string | number | boolean>>): Metric;
}

/** A metric as its maker gets it: one without labels counts as it is. */
export type Made<Label extends string, Metric> = [Label] extends [never]
  ? Metric
  : Labelled<Label, Metric>;

/**
 * Metrics of the user's code. Made anywhere, at the top of a module as well, a metric counts for the replica whose
 * code uses it: labels `application`, `deployment` and `replica` (its index) are added. Shown at `/-/metrics`.
 *
 * @throws ServeError `INVALID_OPTION` naming the field
 * @example
 * const tokens = metrics.counter("generated_tokens", { help: "Tokens made.", unit: "tokens", labels: ["model"] });
 * const small = tokens.with({ model: "small" });
 * small.inc(12);
 */
export const metrics = {
  counter: <const Label extends string = never>(
    name: string,
    options: MetricOptions<Label>,
  ): Made<Label, Counter> =>
    make(define("counter", name, options), (here) => ({ inc: (by) => here().inc(by) })),

  gauge: <const Label extends string = never>(
    name: string,
    options: GaugeOptions<Label>,
  ): Made<Label, Gauge> =>
    make(define("gauge", name, options), (here) => ({
      set: (value) => here().set(value),
      inc: (by) => here().inc(by),
      dec: (by) => here().dec(by),
    })),

  histogram: <const Label extends string = never>(
    name: string,
    options: HistogramOptions<Label>,
  ): Made<Label, Histogram> =>
    make(define("histogram", name, options), (here) => ({
      observe: (value) => here().observe(value),
    })),
} as const;

type Here<T extends MetricType> = () => Cells[T];

function make<T extends MetricType, Label extends string, Metric>(
  definition: Definition<T>,
  metric: (here: Here<T>) => Metric,
): Made<Label, Metric> {
  const { labels } = definition;
  warnOfOther(definition);
  const made =
    labels.length === 0
      ? metric(cellOf(definition, []))
      : {
          with: (given: Readonly<Record<string, unknown>>) =>
            metric(cellOf(definition, valuesOf(definition, given))),
        };
  return made as Made<Label, Metric>;
}

const known = new Map<string, Definition>();

/** Not refused: a module that is evaluated anew after it was changed makes all of its metrics again. */
function warnOfOther(definition: Definition): void {
  const { name, type } = definition;
  const before = known.get(name);
  known.set(name, definition);
  if (!before || identity(before) === identity(definition)) return;
  const now = before.type === type ? "with another combine or other buckets" : `as a ${type}`;
  currentScope().logger.warn(
    `metric ${name} was made as a ${before.type} before and now ${now}; /-/metrics shows one of them: give the other another name`,
  );
}

/** Finds a series in the registry of the code that runs; mostly it is the one of the last time. */
function cellOf<T extends MetricType>(
  definition: Definition<T>,
  values: readonly string[],
): Here<T> {
  let last: Registry | undefined;
  let cell: Cells[T];
  return () => {
    const registry = currentRegistry();
    if (registry !== last) {
      cell = registry.family(definition).at(values);
      last = registry;
    }
    return cell;
  };
}

function valuesOf(
  { name, labels }: Definition,
  given: Readonly<Record<string, unknown>>,
): readonly string[] {
  const unknown = Object.keys(given).filter((label) => !labels.includes(label));
  const missing = labels.filter((label) => given[label] === undefined);
  if (unknown.length === 0 && missing.length === 0) return labels.map((one) => String(given[one]));
  const problems = [
    ...missing.map((label) => `label ${label} is missing`),
    ...unknown.map((label) => `label ${label} is unknown; labels are ${labels.join(", ")}`),
  ];
  throw new ServeError("INVALID_OPTION", `${name}.with: ${problems.join("; ")}`);
}
