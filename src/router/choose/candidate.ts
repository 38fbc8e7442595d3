import type { CallRequest } from "../../replica/protocol.ts";

/** What choosing goes by. */
export interface Candidate {
  /** Calls that this caller has running there. */
  readonly ongoing: number;
  /** The replica said that its slots are taken, by other callers too. */
  readonly full: boolean;
  /** Grows from call to call that goes there; 0 before the first. */
  readonly lastTurn: number;
  /** Of the replica's id: the same for every caller. */
  readonly hash: number;
  /** Is the model there, or being loaded? */
  holds(modelId: string): boolean;
  /** How many it holds. */
  readonly modelCount: number;
  /** Calls that it takes at once though the cap is less: its batches need them. */
  readonly room: number;
}

/** What of a call its way depends on. */
export type Wish = Pick<CallRequest, "requestId" | "affinity">;

/** What all choices of one caller have in common. */
export interface Choosing {
  /** Calls that a candidate may run at once. */
  readonly cap: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Picks a candidate that has room; undefined where none has. */
export type Choose = <C extends Candidate>(
  candidates: readonly C[],
  wish: Wish,
  choosing: Choosing,
) => C | undefined;

export function hasRoom(candidate: Candidate, cap: number): boolean {
  return !candidate.full && candidate.ongoing < Math.max(cap, candidate.room);
}
