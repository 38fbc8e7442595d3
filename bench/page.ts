import { markdownTable, type Row } from "./table.ts";

interface Report {
  readonly date: string;
  readonly node: string;
  readonly cpu: string;
  readonly loadAverage: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
  readonly rows: readonly Row[];
}

/** The page of the guide that shows what was measured. */
export function formatPage({
  date,
  node,
  cpu,
  loadAverage,
  rounds,
  seconds,
  rows,
}: Report): string {
  return `# Benchmarks

Written by \`npm run bench -- --page docs/benchmarks.md\`. Both figures of a row were measured in turn, in the same run, on
the same machine, so that their ratio tells more than they do; each is a median of rounds [the least–the most].

${date.slice(0, 10)}, Node ${node}, ${cpu}, load average ${loadAverage.join(" ")} before it began; ${rounds} rounds of ${seconds} s.

${markdownTable(rows)}
`;
}
