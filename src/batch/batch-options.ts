import { nearest } from "../config/nearest.ts";
import { ServeError } from "../errors.ts";

/** How batches form. Durations are milliseconds. */
export interface BatchOptions<Item = never> {
  /**
   * Items in a batch, 8 by default, or as many as the largest of `buckets`. With `batchSizeFn` what that gives for a whole
   * batch at most.
   */
  maxBatchSize?: number;
  /**
   * How long a batch may wait to fill from when its first item came, though it could run; 0 by default: what came while the
   * batches before it ran is all it has.
   */
  batchWaitMs?: number;
  /** Batches that run at once, 1 by default. */
  maxConcurrentBatches?: number;
  /** The size of some items together, such as their tokens: what `maxBatchSize` then bounds. More items are never smaller. */
  batchSizeFn?: (items: readonly Item[]) => number;
  /**
   * The only numbers of items that the function is given, ascending: a batch is filled up to the next one with copies of its
   * last item. For backends that compile a program for each shape.
   */
  buckets?: readonly number[];
  /**
   * Instead of `batchWaitMs`: how long 99 of 100 items may take at most, from when they come until they are answered. Size
   * and wait then follow from how long batches take and how often items come, as large as pays and as that allows.
   */
  targetLatencyMs?: number;
}

/** Options with every default filled in. */
export interface BatchRules {
  readonly maxBatchSize: number;
  readonly batchWaitMs: number;
  readonly maxConcurrentBatches: number;
  readonly batchSizeFn: ((items: readonly never[]) => number) | undefined;
  /** Empty for none. */
  readonly buckets: readonly number[];
  readonly targetLatencyMs: number | undefined;
}

type Given = Readonly<Record<string, unknown>>;

const DEFAULT_SIZE = 8;

const KNOWN = [
  "maxBatchSize",
  "batchWaitMs",
  "maxConcurrentBatches",
  "batchSizeFn",
  "buckets",
  "targetLatencyMs",
];

/**
 * Checks options and fills in the defaults.
 *
 * @param where begins the messages
 * @param before what was given earlier and still holds
 * @throws ServeError `INVALID_OPTION` naming the field
 */
export function resolveBatchOptions(
  where: string,
  options: BatchOptions<never> = {},
  before: BatchOptions<never> = {},
): { readonly given: BatchOptions<never>; readonly rules: BatchRules } {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw invalid(where, `options must be an object, got ${show(options)}`);
  }
  checkNames(where, options);
  const given = { ...withoutRival(before, options), ...options };
  return { given, rules: rulesOf(where, given as Given) };
}

function rulesOf(where: string, given: Given): BatchRules {
  const { maxConcurrentBatches = 1, batchSizeFn, batchWaitMs, targetLatencyMs } = given;
  const buckets = bucketsOf(where, given["buckets"]);
  const { maxBatchSize = (batchSizeFn ? undefined : buckets.at(-1)) ?? DEFAULT_SIZE } = given;
  const isWhole = (value: unknown) => Number.isInteger(value) && (value as number) >= 1;
  check(where, batchSizeFn === undefined || typeof batchSizeFn === "function", {
    batchSizeFn: "must be a function of some items that gives their size",
  })(batchSizeFn);
  check(where, batchSizeFn ? isOver0(maxBatchSize) : isWhole(maxBatchSize), {
    maxBatchSize: batchSizeFn
      ? "must be a number over 0, in the unit of batchSizeFn"
      : "must be a whole number of at least 1",
  })(maxBatchSize);
  check(where, isWhole(maxConcurrentBatches), {
    maxConcurrentBatches: "must be a whole number of at least 1",
  })(maxConcurrentBatches);
  check(where, batchWaitMs === undefined || batchWaitMs === 0 || isOver0(batchWaitMs), {
    batchWaitMs: "must be a number of milliseconds of at least 0",
  })(batchWaitMs);
  check(where, targetLatencyMs === undefined || isOver0(targetLatencyMs), {
    targetLatencyMs: "must be a number of milliseconds over 0",
  })(targetLatencyMs);
  if (batchWaitMs !== undefined && targetLatencyMs !== undefined) {
    throw invalid(where, "options batchWaitMs and targetLatencyMs exclude each other; remove one");
  }
  const largest = buckets.at(-1);
  if (largest !== undefined && !batchSizeFn && (maxBatchSize as number) > largest) {
    throw invalid(
      where,
      `option maxBatchSize must be at most ${largest}, the largest of buckets, got ${show(maxBatchSize)}`,
    );
  }
  return {
    maxBatchSize: maxBatchSize as number,
    batchWaitMs: (batchWaitMs ?? 0) as number,
    maxConcurrentBatches: maxConcurrentBatches as number,
    batchSizeFn: batchSizeFn as BatchRules["batchSizeFn"],
    buckets,
    targetLatencyMs: targetLatencyMs as number | undefined,
  };
}

function bucketsOf(where: string, buckets: unknown): readonly number[] {
  if (buckets === undefined) return [];
  const sizes = Array.isArray(buckets) ? (buckets as readonly unknown[]) : [];
  const right =
    sizes.length > 0 &&
    sizes.every(
      (size, at) => Number.isInteger(size) && (size as number) > Number(sizes[at - 1] ?? 0),
    );
  check(where, right, { buckets: "must be whole numbers of at least 1, each over the one before" })(
    buckets,
  );
  return [...sizes] as number[];
}

/** The one that is given takes the place of the other. */
function withoutRival(
  before: BatchOptions<never>,
  { batchWaitMs, targetLatencyMs }: BatchOptions<never>,
): BatchOptions<never> {
  const { batchWaitMs: wait, targetLatencyMs: target, ...rest } = before;
  return {
    ...rest,
    ...(wait !== undefined && targetLatencyMs === undefined && { batchWaitMs: wait }),
    ...(target !== undefined && batchWaitMs === undefined && { targetLatencyMs: target }),
  };
}

function checkNames(where: string, options: object): void {
  const unknown = Object.keys(options).find((name) => !KNOWN.includes(name));
  if (unknown === undefined) return;
  const near = nearest(unknown, KNOWN);
  const remedy = near ? `did you mean ${near}?` : `options are ${KNOWN.join(", ")}`;
  throw invalid(where, `unknown option ${unknown}, ${remedy}`);
}

function check(where: string, right: boolean, rule: Readonly<Record<string, string>>) {
  return (got: unknown): void => {
    if (right) return;
    const [[name, problem] = []] = Object.entries(rule);
    throw invalid(where, `option ${name} ${problem}, got ${show(got)}`);
  };
}

function isOver0(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value) && value > 0;
}

function show(value: unknown): string {
  if (typeof value === "function") return "a function";
  return typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
}

function invalid(where: string, problem: string): ServeError {
  return new ServeError("INVALID_OPTION", `${where}: ${problem}`);
}
