/** A series as the text format has it. */
export interface ParsedSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ParsedFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly series: ParsedSeries[];
}

const LABEL = /([A-Za-z_]\w*)="((?:[^"\\\n]|\\.)*)",?/gsy;
const SERIES = /^([A-Za-z_]\w*)(?:\{(.*)\})? (\S+)$/s;

/** Reads Prometheus' text format, by its description rather than by the code that writes it. @throws on what it forbids */
export function parseExposition(text: string): ParsedFamily[] {
  const families: ParsedFamily[] = [];
  if (text !== "" && !text.endsWith("\n")) throw new Error("the last line does not end");
  for (const line of text.split("\n").slice(0, -1)) {
    const help = /^# HELP (\S+) (.*)$/s.exec(line);
    const type = /^# TYPE (\S+) (\w+)$/.exec(line);
    const last = families.at(-1);
    if (help) {
      families.push({ name: help[1] ?? "", type: "", help: unescaped(help[2] ?? ""), series: [] });
    } else if (type && last) {
      if (last.name !== type[1]) throw new Error(`${line} is no type of ${last.name}`);
      families.splice(-1, 1, { ...last, type: type[2] ?? "" });
    } else {
      last?.series.push(parseSeries(line));
    }
  }
  return families;
}

function parseSeries(line: string): ParsedSeries {
  const match = SERIES.exec(line);
  if (!match) throw new Error(`not a series: ${line}`);
  const [, name = "", labels = "", value = ""] = match;
  const pairs = [...labels.matchAll(LABEL)];
  if (pairs.map(([pair]) => pair).join("") !== labels) throw new Error(`not labels: ${labels}`);
  const parsed = pairs.map(([, label = "", text = ""]) => [label, unescaped(text)] as const);
  return { name, labels: Object.fromEntries(parsed), value: numberOf(value) };
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/gs, (_, one: string) => (one === "n" ? "\n" : one));
}

function numberOf(text: string): number {
  if (text === "+Inf") return Number.POSITIVE_INFINITY;
  if (text === "-Inf") return Number.NEGATIVE_INFINITY;
  return Number(text);
}
