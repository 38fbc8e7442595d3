import { Agenda } from "../agenda.ts";
import type { Clock } from "../clock.ts";
import { ServeError } from "../errors.ts";
import type { ReplicaConnection } from "../platform.ts";
import type { Vitals } from "../replica/protocol.ts";
import { blocked, type CheckView, type HealthLimits, jittered, judge } from "./health.ts";

/** How often an unanswered check is looked at. */
const LOOK_MS = 1_000;

type Checked = Pick<ReplicaConnection, "replicaId" | "check" | "vitals">;

/** What a watched replica has come to: let it finish its calls, or not. */
export type Diagnosis = (what: "replace" | "terminate", error: unknown) => void;

/** Checks the health of replicas, each in its own time: one that is not due costs nothing. */
export class HealthWatch {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #wake: () => void;
  readonly #agenda = new Agenda<() => void>();

  /** @param wake called when `tick` is wanted earlier than it asked for */
  constructor(clock: Clock, random: () => number, wake: () => void) {
    this.#clock = clock;
    this.#random = random;
    this.#wake = wake;
  }

  /** Does what is due. Returns when something is due again, by the clock; Infinity for never. */
  tick(): number {
    for (const step of this.#agenda.takeDue(this.#clock.now())) step();
    return this.#agenda.next;
  }

  /** Checks a replica from now on. Returns what ends that. */
  watch(replica: Checked, limits: () => HealthLimits, diagnosis: Diagnosis): () => void {
    let strikes = 0;
    let over = false;
    let cancel = () => {};
    const at = (time: number, step: () => void) => {
      cancel();
      cancel = this.#agenda.add(time, step);
      this.#wake();
    };
    const begin = () => {
      const began = this.#clock.now();
      const check = new Check(replica, began);
      const next = () => began + jittered(limits().healthCheckPeriodMs, this.#random());
      const look = () => {
        if (over || check.over) return;
        const verdict = judge(check.view(this.#clock.now(), strikes), limits());
        if (verdict === "wait") return at(this.#clock.now() + LOOK_MS, look);
        check.over = true;
        if (verdict === "replace" || verdict === "terminate") {
          over = true;
          return diagnosis(verdict, check.error(limits()));
        }
        strikes = verdict === "healthy" ? 0 : strikes + 1;
        at(next(), begin);
      };
      at(began + LOOK_MS, look);
      check.start(look);
    };
    at(this.#clock.now() + jittered(limits().healthCheckPeriodMs, this.#random()), begin);
    return () => {
      over = true;
      cancel();
    };
  }
}

/** One health check under way. */
class Check {
  over = false;
  readonly #replica: Checked;
  readonly #began: number;
  #vitals: Vitals;
  #blockedSince: number | undefined;
  #seenAt: number;
  #outcome: CheckView["outcome"] = "silent";
  #error: unknown;

  constructor(replica: Checked, began: number) {
    this.#replica = replica;
    this.#began = began;
    this.#seenAt = began;
    this.#vitals = replica.vitals();
  }

  /** @param answered called when it has an outcome */
  start(answered: () => void): void {
    const end = (outcome: CheckView["outcome"], error: unknown) => {
      this.#outcome = outcome;
      this.#error = error;
      answered();
    };
    this.#replica.check().then(
      () => end("passed", undefined),
      (error) => end("failed", error),
    );
  }

  view(now: number, strikes: number): CheckView {
    const vitals = this.#replica.vitals();
    // Two looks in the same moment tell nothing of what happened between them.
    if (now > this.#seenAt) {
      const isBlocked = blocked(this.#vitals, vitals);
      this.#blockedSince = isBlocked ? (this.#blockedSince ?? this.#seenAt) : undefined;
      this.#seenAt = now;
      this.#vitals = vitals;
    }
    const blockedMs = this.#blockedSince === undefined ? 0 : now - this.#blockedSince;
    return { outcome: this.#outcome, outMs: now - this.#began, strikes, blockedMs };
  }

  /** Why the replica is sick. */
  error({ healthCheckTimeoutMs, requestTimeoutMs }: HealthLimits): unknown {
    const { replicaId } = this.#replica;
    if (this.#outcome === "failed") return this.#error;
    const message =
      this.#blockedSince === undefined
        ? `${replicaId}: checkHealth did not end within ${healthCheckTimeoutMs} ms (option healthCheckTimeoutMs)`
        : `${replicaId}: a call blocks the event loop past its deadline of ${requestTimeoutMs} ms (option requestTimeoutMs)`;
    return new ServeError("TIMEOUT", message);
  }
}
