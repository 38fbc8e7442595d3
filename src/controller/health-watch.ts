import { Agenda } from "../agenda.ts";
import type { Clock } from "../clock.ts";
import { ServeError } from "../errors.ts";
import type { ReplicaConnection } from "../platform.ts";
import type { Vitals } from "../replica/protocol.ts";
import {
  type CheckView,
  type HealthLimits,
  jittered,
  judge,
  type Loop,
  loopBetween,
  nextLookMs,
} from "./health.ts";

type Checked = Pick<ReplicaConnection, "replicaId" | "check" | "vitals">;

/** What a watched replica has come to: let it finish its calls, or not. */
export type Diagnosis = (what: "replace" | "terminate", error: unknown) => void;

/** The checks of one replica. */
export interface Watch {
  /** The next check comes as the limits have it now. */
  limitsChanged(): void;
  end(): void;
}

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

  /**
   * Checks a replica from now on.
   *
   * @param failed called for each check that fails
   */
  watch(
    replica: Checked,
    limits: () => HealthLimits,
    diagnosis: Diagnosis,
    failed = () => {},
  ): Watch {
    let strikes = 0;
    let over = false;
    let resting = true;
    /** When the newest check began. */
    let began = this.#clock.now();
    let cancel = () => {};
    const at = (time: number, step: () => void) => {
      cancel();
      cancel = this.#agenda.add(time, step);
      this.#wake();
    };
    const rest = () => {
      resting = true;
      at(began + jittered(limits().healthCheckPeriodMs, this.#random()), begin);
    };
    const begin = () => {
      if (over) return;
      resting = false;
      began = this.#clock.now();
      const check = new Check(replica, began);
      const look = () => {
        if (over || check.over) return;
        const now = this.#clock.now();
        const verdict = judge(check.view(now, strikes), limits());
        if (verdict === "wait") return at(now + nextLookMs(now - began, limits()), look);
        check.over = true;
        if (verdict !== "healthy") failed();
        if (verdict === "replace" || verdict === "terminate") {
          over = true;
          cancel();
          return diagnosis(verdict, check.error(limits()));
        }
        strikes = verdict === "healthy" ? 0 : strikes + 1;
        rest();
      };
      at(began + nextLookMs(0, limits()), look);
      check.start(look);
    };
    rest();
    return {
      limitsChanged: () => {
        if (resting && !over) rest();
      },
      end: () => {
        over = true;
        cancel();
      },
    };
  }
}

/** One health check under way. */
class Check {
  over = false;
  readonly #replica: Checked;
  readonly #began: number;
  #vitals: Vitals;
  #loop: Loop = "free";
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
      this.#loop = loopBetween(this.#vitals, vitals);
      this.#blockedSince =
        this.#loop === "blocked" ? (this.#blockedSince ?? this.#seenAt) : undefined;
      this.#seenAt = now;
      this.#vitals = vitals;
    }
    const blockedMs = this.#blockedSince === undefined ? 0 : now - this.#blockedSince;
    const [outcome, loop] = [this.#outcome, this.#loop];
    return { outcome, outMs: now - this.#began, strikes, loop, blockedMs };
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
