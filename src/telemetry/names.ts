import { ServeError } from "../errors.ts";

/** Labels that isoserve sets itself. */
const OWN_LABELS = ["application", "deployment", "replica"];
/** What Prometheus adds to the name of a histogram or a counter to name a series. */
const SERIES_SUFFIX = /_(bucket|sum|count)$/;

/** Units that are not base units: what to record instead. */
const BASE_UNITS: Readonly<Record<string, string>> = {
  ms: "seconds",
  s: "seconds",
  milliseconds: "seconds",
  microseconds: "seconds",
  nanoseconds: "seconds",
  minutes: "seconds",
  hours: "seconds",
  kilobytes: "bytes",
  megabytes: "bytes",
  percent: "ratio",
};

/**
 * Prometheus' rules for the name of a metric, https://prometheus.io/docs/concepts/data_model/.
 *
 * @throws ServeError `INVALID_OPTION`
 */
export function checkName(where: string, type: string, name: unknown): void {
  if (typeof name !== "string" || !/^[A-Za-z_]\w*$/.test(name)) {
    throw invalid(where, "the name must start with a letter and hold letters, digits and _ only");
  }
  if (name.startsWith("isoserve_")) {
    throw invalid(where, "names that start with isoserve_ are isoserve's own; choose another");
  }
  const suffix = SERIES_SUFFIX.exec(name)?.[0];
  if (suffix)
    throw invalid(where, `a name must not end in ${suffix}, which Prometheus adds itself`);
  if (type !== "counter" && name.endsWith("_total")) {
    throw invalid(where, `only counters end in _total, this is a ${type}; choose another name`);
  }
}

/** @throws ServeError `INVALID_OPTION` */
export function checkText(where: string, field: string, value: unknown): void {
  if (typeof value === "string" && value.trim() !== "") return;
  throw invalid(where, `option ${field} must be a text, got ${JSON.stringify(value)}`);
}

/** As OpenMetrics has it: what has a unit has it in its name. @throws ServeError `INVALID_OPTION` */
export function checkUnit(where: string, name: string, unit: unknown): void {
  if (unit === "1") return;
  if (typeof unit !== "string" || !/^[a-z]\w*$/.test(unit)) {
    const wanted = 'must be "seconds", "bytes" or another unit in small letters, or "1" for counts';
    throw invalid(where, `option unit ${wanted}, got ${JSON.stringify(unit)}`);
  }
  const base = Object.hasOwn(BASE_UNITS, unit) ? BASE_UNITS[unit] : undefined;
  if (base) {
    throw invalid(where, `option unit must be a base unit: ${base} instead of ${unit}`);
  }
  const bare = name.replace(/_total$/, "");
  if (bare === unit || bare.endsWith(`_${unit}`)) return;
  const better = name.endsWith("_total") ? `${bare}_${unit}_total` : `${bare}_${unit}`;
  throw invalid(where, `option unit is ${unit}, so the name must end in it: ${better}`);
}

/** @throws ServeError `INVALID_OPTION` */
export function checkLabels(where: string, labels: unknown): void {
  if (!Array.isArray(labels)) {
    throw invalid(where, `option labels must be a list of names, got ${JSON.stringify(labels)}`);
  }
  for (const [at, label] of labels.entries()) {
    const problem = labelProblem(label, labels.indexOf(label) !== at);
    if (problem) throw invalid(where, `option labels.${at} ${problem}`);
  }
}

function labelProblem(label: unknown, twice: boolean): string | undefined {
  const shown = JSON.stringify(label);
  if (typeof label !== "string" || !/^[A-Za-z_]\w*$/.test(label)) {
    return `must start with a letter and hold letters, digits and _ only, got ${shown}`;
  }
  if (label.startsWith("__")) return `must not start with __, as Prometheus' own do, got ${shown}`;
  if (label === "le" || label === "quantile")
    return `must not be ${shown}, which is Prometheus' own`;
  if (OWN_LABELS.includes(label)) return `must not be ${shown}, which isoserve sets itself`;
  return twice ? `is ${shown} again; name each label once` : undefined;
}

function invalid(where: string, problem: string): ServeError {
  return new ServeError("INVALID_OPTION", `${where}: ${problem}`);
}
