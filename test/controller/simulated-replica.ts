import type { ManualClock } from "../../adapters/memory/clock.ts";
import { ServeError } from "../../src/errors.ts";
import type { ReplicaConnection } from "../../src/platform.ts";
import { Closing } from "../../src/replica/closing.ts";
import type { CloseReason, ReplicaSettings, ReplicaSpec } from "../../src/replica/protocol.ts";

/** What is wrong with a version for good. `starts once`: any further start fails. `dies young`: a second after it came up. */
export type Ailment = "none" | "never starts" | "starts once" | "dies young" | "falls sick";

/** What a simulated version is like. */
export interface SimulatedCode {
  readonly name: string;
  readonly ailment: Ailment;
  /** What each reserves, so that the simulation can count what is taken. */
  readonly cpus: number;
}

/** How a replica answers its checks. `mute`: not at all. `blocked`: not at all, since a call blocks its event loop. */
export type Condition = "well" | "sick" | "mute" | "blocked";

/** A `userConfig` that a simulated replica refuses. */
export const REFUSED = "refused";

/** A replica that does nothing but what a controller sees of it, well or badly as it is told. */
export class SimulatedReplica implements ReplicaConnection {
  readonly needsChecks = true;
  readonly models = new Set<string>();
  readonly room = 0;
  readonly spec: ReplicaSpec;
  readonly code: SimulatedCode;
  condition: Condition = "well";
  /** How long its calls take to end when it drains. */
  drainMs = 0;
  /** How long a change of its settings takes. */
  reconfigureMs = 5;
  settings: ReplicaSettings;
  drains = 0;
  ongoing = 0;
  readonly #clock: ManualClock;
  readonly #closing = new Closing();

  constructor(spec: ReplicaSpec, code: SimulatedCode, clock: ManualClock) {
    this.spec = spec;
    this.code = code;
    this.settings = spec;
    this.#clock = clock;
  }

  get replicaId(): string {
    return this.spec.replicaId;
  }

  get gone(): boolean {
    return this.#closing.closed;
  }

  call(): Promise<never> {
    throw new Error("nothing calls a simulated replica");
  }
  slot(): void {}
  release(): void {}

  whenClosed(listener: (reason: CloseReason) => void): void {
    this.#closing.whenClosed(listener);
  }

  die(): void {
    this.#closing.close({ expected: false, message: "it was told to die" });
  }

  async reconfigure(settings: ReplicaSettings): Promise<void> {
    await this.#lasting(this.reconfigureMs);
    if (settings.userConfig === REFUSED) throw new RangeError("no such setting");
    this.settings = settings;
  }

  async check(): Promise<void> {
    if (this.condition === "sick") throw new TypeError("it feels sick");
    if (this.condition !== "well") await this.#lasting(Number.POSITIVE_INFINITY);
  }

  async autoscalingStats(): Promise<Record<string, number>> {
    return {};
  }

  async metrics(): Promise<[]> {
    return [];
  }

  vitals() {
    const blocked = this.condition === "blocked";
    return { ongoing: blocked ? 1 : 0, turns: 0, utilization: blocked ? 1 : 0 };
  }

  async drain(): Promise<void> {
    this.drains += 1;
    await this.#lasting(this.drainMs);
  }

  async stop(): Promise<void> {
    this.#closing.close({ expected: true, message: "it was stopped" });
  }

  /** @throws ServeError `REPLICA_DIED` when it dies meanwhile, as every control call does */
  async #lasting(ms: number): Promise<void> {
    const died = new AbortController();
    this.whenClosed(() => died.abort());
    await this.#clock.sleep(ms, died.signal);
    if (this.gone) throw new ServeError("REPLICA_DIED", `${this.replicaId} died`);
  }
}
