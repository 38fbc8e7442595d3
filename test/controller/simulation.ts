import { manualClock, memory } from "../../adapters/memory/testing.ts";
import { LoadMeter } from "../../src/autoscale/load-meter.ts";
import { ControlLoop } from "../../src/controller/control-loop.ts";
import { Controller } from "../../src/controller/controller.ts";
import { noSurvivors, type ReplicaSource, type ReplicaSpawner } from "../../src/platform.ts";
import type { ReplicaSpec } from "../../src/replica/protocol.ts";
import { REFUSED, type SimulatedCode, SimulatedReplica } from "./simulated-replica.ts";

/** How a start goes. `hangs`: until it is aborted. `dies`: as soon as it runs. */
export type Fate = "runs" | "fails" | "hangs" | "slow" | "dies";

/** What the simulated host has. */
export const CPUS = 4;

interface Start {
  readonly key: string;
  readonly cpus: number;
}

/** A controller on a clock that stands still, over replicas whose faults a test chooses. */
export class Simulation {
  readonly clock = manualClock(1_000_000);
  readonly controller: Controller<SimulatedCode, SimulatedReplica>;
  /** Of the next starts, in order; those after them run. */
  fates: Fate[] = [];
  /** All that ever ran. */
  readonly replicas: SimulatedReplica[] = [];
  readonly #starting = new Set<Start>();
  readonly #calls = new Map<string, number>();
  readonly #meters = new Map<string, LoadMeter>();

  constructor() {
    const { loader, store, asyncContext, log, hold } = memory();
    const spawner: ReplicaSpawner<SimulatedCode, SimulatedReplica> = {
      capacity: () => ({ cpus: CPUS, gpus: 0, memoryMb: 0, custom: {} }),
      survivors: noSurvivors,
      start: (spec, source, _directory, signal) => this.#start(spec, source, signal),
    };
    const loop = new ControlLoop(this.clock, () => this.controller.tick());
    this.controller = new Controller(
      {
        name: "simulation",
        clock: this.clock,
        defaultIsolation: () => "inline",
        loader: loader as never,
        store,
        asyncContext,
        log,
        hold,
        spawner,
      },
      loop.wake,
      { routed: () => {}, quiet: async () => {} },
    );
  }

  /** So many calls wait or run at an application's ingress from now on. */
  load(app: string, calls: number): void {
    const { ingress = "none" } = this.controller.get(app)?.target ?? {};
    const key = `${app}/${ingress}`;
    const before = this.#calls.get(key) ?? 0;
    this.#calls.set(key, calls);
    const meter = this.#meters.get(key) ?? this.#meter(key);
    meter.change(calls - before);
    if (calls > before) meter.held();
  }

  /** Those that live, the ones that stop included. */
  get alive(): readonly SimulatedReplica[] {
    return this.replicas.filter(({ gone }) => !gone);
  }

  /** What is reserved of the host, as it really is. */
  get cpusTaken(): number {
    const all = [...this.alive.map(({ code }) => code), ...this.#starting];
    return all.reduce((sum, { cpus }) => sum + cpus, 0);
  }

  /** Names of the replicas there are and of those that start; each must be there once. */
  get names(): readonly string[] {
    return [
      ...this.alive.map(({ spec }) => nameOf(spec)),
      ...[...this.#starting].map(({ key }) => key),
    ];
  }

  /** Lets time pass in steps, and all that happens meanwhile happen. @param each called after every step */
  async pass(ms: number, stepMs: number, each: () => void = () => {}): Promise<void> {
    await settle();
    each();
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.advance(Math.min(left, stepMs));
      await settle();
      each();
    }
  }

  #meter(key: string): LoadMeter {
    const meter = new LoadMeter(this.clock.now, () => this.#calls.get(key) ?? 0);
    this.#meters.set(key, meter);
    this.controller.replicaSets.loads.of(key).add(meter, this.clock.now);
    return meter;
  }

  async #start(
    spec: ReplicaSpec,
    { code }: ReplicaSource<SimulatedCode>,
    signal: AbortSignal,
  ): Promise<SimulatedReplica> {
    if (!code) throw new Error("simulated replicas have code");
    const start = { key: nameOf(spec), cpus: code.cpus };
    this.#starting.add(start);
    try {
      const fate = this.#fails(code) ? "fails" : (this.fates.shift() ?? "runs");
      await this.clock.sleep(DURATIONS[fate], signal);
      if (signal.aborted) throw signal.reason;
      if (fate === "fails") throw new TypeError(`${code.name} does not start`);
      if (spec.userConfig === REFUSED) throw new RangeError("no such setting");
      const replica = new SimulatedReplica(spec, code, this.clock);
      this.replicas.push(replica);
      if (fate === "dies") replica.die();
      if (code.ailment === "dies young") void this.#killLater(replica);
      if (code.ailment === "falls sick") replica.condition = "sick";
      return replica;
    } finally {
      this.#starting.delete(start);
    }
  }

  #fails({ ailment, name }: SimulatedCode): boolean {
    const before = this.replicas.some(({ code }) => code.name === name);
    return ailment === "never starts" || (ailment === "starts once" && before);
  }

  async #killLater(replica: SimulatedReplica): Promise<void> {
    await this.clock.sleep(YOUNG_MS, new AbortController().signal);
    replica.die();
  }
}

const YOUNG_MS = 1_000;
const DURATIONS: Readonly<Record<Fate, number>> = {
  runs: 10,
  fails: 10,
  dies: 10,
  slow: 2_000,
  hangs: Number.POSITIVE_INFINITY,
};

function nameOf({ application, deployment, index }: ReplicaSpec): string {
  return `${application}/${deployment}/${index}`;
}

/** Everything in it is promises, so one turn of the event loop is enough. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
