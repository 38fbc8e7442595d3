import type { Suite } from "../suite.ts";
import { compare, type Row } from "../table.ts";
import { contest } from "./contest.ts";
import type { Outcome } from "./simulation.ts";
import { TRACES, traceOf } from "./traces.ts";

const ours = "isoserve";
const other = "Ray's defaults";

/** Days of calls on a clock turned by hand, another day each round: what the scaling costs, and how well it follows. */
export const simulateSuite: Suite = {
  name: "simulate",
  async run({ rounds }) {
    return TRACES.flatMap((name) => rowsOf(name, rounds));
  },
};

function rowsOf(name: string, rounds: number): Row[] {
  const outcomes = Array.from({ length: rounds }, (_, round) => contest(traceOf(name, round + 1)));
  const samples: Record<typeof ours | typeof other, (Outcome & Record<string, number>)[]> = {
    [ours]: outcomes.map(({ isoserve }) => ({ ...isoserve })),
    [other]: outcomes.map(({ ray }) => ({ ...ray })),
  };
  const row = { ours, other } as const;
  return [
    compare(samples, {
      ...row,
      name: `a day, ${name}: replica-hours`,
      unit: "h",
      figure: "replicaHours",
      target: { ratioAtMost: 1 },
    }),
    compare(samples, {
      ...row,
      name: `a day, ${name}: time over target`,
      unit: "s",
      figure: "overTargetS",
      target: { ratioAtMost: 0.1 },
    }),
    compare(samples, { ...row, name: `a day, ${name}: reversals`, unit: "", figure: "reversals" }),
  ];
}
