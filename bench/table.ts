import { type Sample, type Spread, spread } from "./measure.ts";

export type Unit = "/s" | "ms" | "µs" | "s" | "h" | "";

/** What must hold of a row: of its ratio, or of our own figure. */
export type Target =
  | { readonly ratioAtLeast: number }
  | { readonly ratioAtMost: number }
  | { readonly atLeast: number }
  | { readonly below: number }
  | { readonly none: true };

export interface Row {
  readonly name: string;
  readonly unit: Unit;
  readonly other: string;
  readonly ours: Spread;
  readonly theirs: Spread;
  /** Ours divided by theirs, round by round. */
  readonly ratio: Spread;
  readonly target: string;
  readonly met: boolean | undefined;
}

interface Comparison<Name extends string, Figure extends string> {
  readonly name: string;
  readonly unit: Unit;
  readonly figure: Figure;
  readonly ours: Name;
  readonly other: Name;
  readonly target?: Target;
}

/** Puts one figure of two contenders in a row. */
export function compare<Name extends string, Figure extends string>(
  samples: Readonly<Record<Name, readonly Sample<Figure>[]>>,
  { name, unit, figure, ours, other, target = { none: true } }: Comparison<Name, Figure>,
): Row {
  const mine = samples[ours].map((sample) => sample[figure]);
  const others = samples[other].map((sample) => sample[figure]);
  const row = {
    name,
    unit,
    other,
    ours: spread(mine),
    theirs: spread(others),
    ratio: spread(mine.map((value, round) => value / (others[round] ?? Number.NaN))),
  };
  return { ...row, ...judge(target, row.ours, row.ratio, unit) };
}

function judge(target: Target, ours: Spread, ratio: Spread, unit: Unit) {
  if ("ratioAtLeast" in target) {
    const { ratioAtLeast } = target;
    return { target: `ratio >= ${ratioAtLeast}`, met: ratio.median >= ratioAtLeast };
  }
  if ("atLeast" in target) {
    const { atLeast } = target;
    return { target: `>= ${figure(atLeast)} ${unit}`, met: ours.median >= atLeast };
  }
  if ("ratioAtMost" in target) {
    const { ratioAtMost } = target;
    return { target: `ratio <= ${ratioAtMost}`, met: ratio.median <= ratioAtMost };
  }
  if ("below" in target) {
    return { target: `< ${target.below} ${unit}`, met: ours.median < target.below };
  }
  return { target: "", met: undefined };
}

const HEAD = ["", "isoserve", "the other", "", "ratio", "target", "met"];

/** The rows as text: medians, with the least and the most of all rounds in brackets. */
export function formatTable(rows: readonly Row[]): string {
  return aligned([HEAD, ...rows.map(cells)])
    .map((line) => line.join("  ").trimEnd())
    .join("\n");
}

/** The same in Markdown. */
export function markdownTable(rows: readonly Row[]): string {
  const [head = [], ...lines] = aligned([HEAD, ...rows.map(cells)]);
  const rule = head.map((cell) => "-".repeat(cell.length));
  return [head, rule, ...lines].map((line) => `| ${line.join(" | ")} |`).join("\n");
}

/** Cells of a column are all as long as its longest. */
function aligned(lines: readonly (readonly string[])[]): string[][] {
  const widths = HEAD.map((_, column) =>
    Math.max(3, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)));
}

function cells({ name, unit, ours, theirs, other, ratio, target, met }: Row): string[] {
  return [
    name,
    `${show(ours)} ${unit}`,
    `${show(theirs)} ${unit}`,
    other,
    show(ratio),
    target,
    met === undefined ? "" : met ? "yes" : "NO",
  ];
}

function show({ median, min, max }: Spread): string {
  return `${figure(median)} [${figure(min)}–${figure(max)}]`;
}

function figure(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en-US");
  return value.toPrecision(value >= 1 ? 3 : 2);
}
