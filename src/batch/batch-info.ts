/**
 * Why a batch closed: it was full; its wait was over; all that had gathered ran once a batch before it had ended; or an
 * item would have missed its deadline.
 */
export type BatchReason = "full" | "wait" | "slot" | "deadline";

export const BATCH_REASONS: readonly BatchReason[] = ["full", "wait", "slot", "deadline"];

/** What a batch function may know of its batch: `context().batch`. */
export interface BatchInfo {
  /** Items that callers wait for: the first so many. Others, of which there are some with `buckets`, only fill up. */
  readonly size: number;
  /** The calls that the items came with, in the order of the items; undefined for one from outside of any call. */
  readonly requestIds: readonly (string | undefined)[];
  readonly reason: BatchReason;
  /** False once nobody waits for the answer to an item any more: its call was cancelled, its stream left. */
  isWanted(index: number): boolean;
}
