import type { Cancellation } from "../cancellation.ts";
import type { Clock } from "../clock.ts";
import { ServeError } from "../errors.ts";
import type { ReplicaSettings } from "./protocol.ts";

/** Asks for the replica's end, and says why. */
export type Terminate = (why: string) => void;

/** @throws ServeError `NOT_SUPPORTED` where calls are to be watched, but nothing can end their replica */
export function checkTermination(
  deployment: string,
  { terminateAfterCancelMs }: Pick<ReplicaSettings, "terminateAfterCancelMs">,
  terminate: Terminate | undefined,
): void {
  if (terminateAfterCancelMs === undefined || terminate) return;
  throw new ServeError(
    "NOT_SUPPORTED",
    `deployment(${deployment}): option terminateAfterCancelMs works in workers of Node and browsers only; remove it`,
  );
}

/** Has a replica ended whose calls ignore that they were cancelled: option `terminateAfterCancelMs`. */
export class Overdue {
  readonly #clock: Clock;
  readonly #terminate: Terminate | undefined;
  /** For calls that begin from now on; undefined for no end. */
  graceMs: number | undefined;

  constructor(
    { terminateAfterCancelMs }: ReplicaSettings,
    clock: Clock,
    terminate: Terminate | undefined,
  ) {
    this.#clock = clock;
    this.#terminate = terminate;
    this.graceMs = terminateAfterCancelMs;
  }

  /** Watches a call. Returns what is to be called when it has ended, before its cancellation ends. */
  watch(method: string, cancellation: Cancellation): () => void {
    const { graceMs } = this;
    if (graceMs === undefined) return nothing;
    let ended = false;
    let takeBack = nothing;
    const late = () => {
      const when = `${graceMs} ms after it was cancelled (option terminateAfterCancelMs)`;
      this.#terminate?.(`a call of ${method} still ran ${when}`);
    };
    cancellation.whenOver(() => {
      if (!ended) takeBack = this.#clock.alarm(this.#clock.now() + graceMs, late);
    });
    return () => {
      ended = true;
      takeBack();
    };
  }
}

function nothing(): void {}
