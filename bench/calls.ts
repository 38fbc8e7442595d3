import { calls } from "./apps.ts";
import { serve, transfer } from "./isoserve.ts";
import { latency, throughput } from "./load.ts";
import { interleave } from "./measure.ts";
import { comlinkWorker } from "./peers/comlink.ts";
import { piscinaPool } from "./peers/piscina.ts";
import { rawPort } from "./peers/raw.ts";
import type { BenchOptions, Suite } from "./suite.ts";
import { compare, type Row } from "./table.ts";

const IN_FLIGHT = 64;
/** 600 KB */
const FLOATS = 150_000;
const module = `${import.meta.resolve("./apps.ts")}#calls`;

/** Calls that do nothing, to one worker: what the way there and back costs. */
export const callSuite: Suite = {
  name: "calls",
  async run({ rounds, seconds }) {
    const handle = await serve.run(calls, { module });
    const peers = {
      piscina: piscinaPool(IN_FLIGHT),
      "raw port": await rawPort(),
      comlink: comlinkWorker(),
    };
    const measure = (call: () => PromiseLike<unknown>) => async () => ({
      ...(await throughput(call, IN_FLIGHT, seconds)),
      ...(await latency(() => {}, call, seconds / 2)),
    });
    const samples = await interleave(rounds, {
      isoserve: measure(() => handle.noop()),
      piscina: measure(peers.piscina.call),
      "raw port": measure(() => peers["raw port"].call()),
      comlink: measure(peers.comlink.call),
    });
    await Promise.all([
      serve.delete("default"),
      ...Object.values(peers).map((peer) => peer.close()),
    ]);
    const ours = "isoserve";
    const many = `call, ${IN_FLIGHT} in flight`;
    const rows = (["piscina", "raw port", "comlink"] as const).map((other) =>
      compare(samples, {
        name: many,
        unit: "/s",
        figure: "perSecond",
        ours,
        other,
        ...(other === "piscina" && { target: { ratioAtLeast: 1.5 } }),
      }),
    );
    const other = "piscina";
    return [
      ...rows,
      compare(samples, {
        name: `${many}: caller's CPU`,
        unit: "µs",
        figure: "threadUs",
        ours,
        other,
      }),
      compare(samples, { name: `${many}: all CPU`, unit: "µs", figure: "processUs", ours, other }),
      compare(samples, {
        name: "one call at a time, p50",
        unit: "ms",
        figure: "p50Ms",
        ours,
        other,
        target: { below: 0.3 },
      }),
    ];
  },
};

/** 600 KB moved to a worker and a number back. */
export const transferSuite: Suite = {
  name: "transfer",
  async run({ rounds, seconds }: BenchOptions): Promise<Row[]> {
    const handle = await serve.run(calls, { module });
    const raw = await rawPort();
    // A new array each time: sending one array twice would copy nothing.
    const pixels = () => new Float32Array(FLOATS);
    const samples = await interleave(rounds, {
      isoserve: () =>
        latency(pixels, (array) => handle.length(transfer(array, [array.buffer])), seconds),
      "raw port": () => latency(pixels, raw.call, seconds),
    });
    await Promise.all([serve.delete("default"), raw.close()]);
    return [
      compare(samples, {
        name: "600 KB by transfer, p50",
        unit: "ms",
        figure: "p50Ms",
        ours: "isoserve",
        other: "raw port",
        target: { below: 0.15 },
      }),
    ];
  },
};
