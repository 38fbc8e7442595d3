import { ServeError } from "../errors.ts";
import { checkBuckets, LATENCY_BUCKETS } from "./buckets.ts";
import { checkLabels, checkName, checkText, checkUnit } from "./names.ts";

export type MetricType = "counter" | "gauge" | "histogram";

/** How the values that several registries have under the same labels become one. */
export type Combine = "sum" | "max";

/** Which labels a registry adds of itself: those of its replica, of the deployment only, or none. */
export type Tagging = "replica" | "deployment" | "none";

/** What a metric is; its values are in registries. */
export interface Definition<T extends MetricType = MetricType> {
  readonly type: T;
  /** Without the `_total` that counters are shown with. */
  readonly name: string;
  readonly help: string;
  readonly unit: string;
  readonly labels: readonly string[];
  /** Upper bounds, growing; empty for what is no histogram. */
  readonly buckets: readonly number[];
  readonly combine: Combine;
  readonly tagging: Tagging;
}

export interface MetricOptions<Label extends string = never> {
  /** What it tells, in a sentence. */
  readonly help: string;
  /** A base unit, with which the name ends (`seconds`, `bytes`, `ratio` …), or `"1"` for plain counts. */
  readonly unit: string;
  /** Names of labels; few values each, never ids or raw paths. */
  readonly labels?: readonly Label[];
}

export interface GaugeOptions<Label extends string = never> extends MetricOptions<Label> {
  /** One value for the deployment, the sum or the largest of its replicas', instead of one for each. */
  readonly combine?: Combine;
}

export interface HistogramOptions<Label extends string = never> extends MetricOptions<Label> {
  /** Upper bounds, growing; by default latencies from 1 ms to 10 minutes. */
  readonly buckets?: readonly number[];
}

export type AnyOptions = GaugeOptions<string> & HistogramOptions<string>;

const KNOWN: Readonly<Record<MetricType, readonly string[]>> = {
  counter: ["help", "unit", "labels"],
  gauge: ["help", "unit", "labels", "combine"],
  histogram: ["help", "unit", "labels", "buckets"],
};

/**
 * Checks a metric of the user's code.
 *
 * @throws ServeError `INVALID_OPTION` naming the field
 */
export function define<T extends MetricType>(
  type: T,
  name: string,
  options: AnyOptions,
): Definition<T> {
  const where = `metrics.${type}(${JSON.stringify(name)})`;
  checkName(where, type, name);
  checkFields(where, KNOWN[type], options);
  const { help, unit, labels = [], buckets = LATENCY_BUCKETS, combine } = options;
  checkText(where, "help", help);
  checkUnit(where, name, unit);
  checkLabels(where, labels);
  checkCombine(where, combine);
  if (type === "histogram") checkBuckets(where, buckets);
  return {
    type,
    name: type === "counter" ? name.replace(/_total$/, "") : name,
    help,
    unit,
    labels: [...labels],
    buckets: type === "histogram" ? [...buckets] : [],
    combine: combine ?? "sum",
    tagging: combine ? "deployment" : "replica",
  };
}

/** The same metric, in whatever realm or version of a module it was defined; its text may differ. */
export function identity({
  type,
  name,
  buckets,
  combine,
}: Pick<Definition, "type" | "name" | "buckets" | "combine">): string {
  return `${name} ${type} ${combine} ${buckets.join()}`;
}

function checkFields(where: string, known: readonly string[], options: unknown): void {
  if (typeof options !== "object" || options === null) {
    throw invalid(where, "needs options: { help, unit }");
  }
  const unknown = Object.keys(options).filter((field) => !known.includes(field));
  if (unknown.length === 0) return;
  throw invalid(where, `unknown option ${unknown.join(", ")}; options are ${known.join(", ")}`);
}

function checkCombine(where: string, combine: unknown): void {
  if (combine === undefined || combine === "sum" || combine === "max") return;
  throw invalid(where, `option combine must be "sum" or "max", got ${JSON.stringify(combine)}`);
}

function invalid(where: string, problem: string): ServeError {
  return new ServeError("INVALID_OPTION", `${where}: ${problem}`);
}
