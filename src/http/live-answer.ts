import type { Cancellation } from "../cancellation.ts";

/** The call that an answer belongs to. */
export interface LiveCall {
  /** Runs the user's code in the call's context. */
  run<R>(fn: () => R): R;
  readonly cancellation: Cancellation;
  /** Notes that the user's code has failed. */
  fail(error: unknown): void;
}

/** An answer that goes on when `fetch` has returned, as the replica knows it that gives it. */
export interface LiveAnswer {
  /** Called once, when the answer is given. */
  start(call: LiveCall): void;
  /** The replica is leaving: what has no end of its own should end soon. */
  goAway(): void;
}

const LIVE = Symbol("isoserve.liveAnswer");

export function markLive(response: Response, live: LiveAnswer): Response {
  return Object.defineProperty(response, LIVE, { value: live });
}

/** Undefined for anything that its replica may forget once it was sent. */
export function liveAnswerOf(answer: unknown): LiveAnswer | undefined {
  return (answer as { [LIVE]?: LiveAnswer } | null | undefined)?.[LIVE];
}
