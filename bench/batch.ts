import { Batches, batches } from "./apps.ts";
import { serve } from "./isoserve.ts";
import { throughput } from "./load.ts";
import { interleave } from "./measure.ts";
import type { Suite } from "./suite.ts";
import { compare } from "./table.ts";

const IN_FLIGHT = 64;
const module = `${import.meta.resolve("./apps.ts")}#batches`;

/** What batches gain where a run costs more than an item, and what they cost where it does not. */
export const batchSuite: Suite = {
  name: "batch",
  async run({ rounds, seconds }) {
    const handle = await serve.run(batches, { module });
    const here = new Batches();
    const direct = async (value: number) => value;
    const load = (call: () => PromiseLike<unknown>, inFlight = IN_FLIGHT) => {
      return () => throughput(call, inFlight, seconds);
    };
    const samples = await interleave(rounds, {
      together: load(() => handle.together(1)),
      alone: load(() => handle.alone(1)),
      formed: load(() => handle.formed(1)),
      plain: load(() => handle.plain(1)),
      "formed here": load(() => here.formed(1)),
      "an async function": load(() => direct(1)),
      "one alone": load(() => handle.formed(1), 1),
      "one plain": load(() => handle.plain(1), 1),
    });
    await serve.delete("default");
    const model = { ours: "together", other: "alone" } as const;
    const noop = { ours: "formed", other: "plain" } as const;
    const one = { ours: "one alone", other: "one plain" } as const;
    const item = { ours: "formed here", other: "an async function" } as const;
    return [
      compare(samples, {
        ...model,
        name: "1 ms a run, batched",
        unit: "/s",
        figure: "perSecond",
        target: { ratioAtLeast: 10 },
      }),
      compare(samples, {
        ...noop,
        name: "no-op, batched",
        unit: "/s",
        figure: "perSecond",
        target: { ratioAtLeast: 0.5 },
      }),
      compare(samples, {
        ...noop,
        name: "no-op, batched: all CPU",
        unit: "µs",
        figure: "processUs",
      }),
      compare(samples, { ...one, name: "no-op, one at a time", unit: "/s", figure: "perSecond" }),
      compare(samples, {
        ...item,
        name: "an item, without a call",
        unit: "µs",
        figure: "threadUs",
        target: { below: 3 },
      }),
    ];
  },
};
