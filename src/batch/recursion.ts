import type { RunningCall } from "../context.ts";
import { ServeError } from "../errors.ts";
import type { BatchInfo } from "./batch-info.ts";

type Fn = (items: never[]) => unknown;

const ranBy = new WeakMap<BatchInfo, Fn>();

/** From now on it is known which function runs in that batch. */
export function runsIn({ batch }: RunningCall, fn: Fn): void {
  if (batch) ranBy.set(batch, fn);
}

/** Why a batch function must not be called by a batch of its own; undefined where it is not. */
export function recursionOf(
  call: RunningCall | undefined,
  fn: Fn,
  where: string,
): ServeError | undefined {
  if (!call?.batch || ranBy.get(call.batch) !== fn) return undefined;
  const message = `${where}: the batch function called itself, and would wait for a slot that it has; have it call another function`;
  return new ServeError("INVALID_APPLICATION", message);
}
