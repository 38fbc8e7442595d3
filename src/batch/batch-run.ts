import { Cancellation } from "../cancellation.ts";
import { type ContextReplica, RunningCall } from "../context.ts";
import { ServeError } from "../errors.ts";
import type { KeepAlive } from "../keep-alive.ts";
import type { Origin } from "../origin.ts";
import type { Platform } from "../platform.ts";
import { isIteration, iterateIn, iteratorOf } from "../replica/iteration.ts";
import type { Overdue } from "../replica/overdue.ts";
import type { Scope } from "../telemetry/scope.ts";
import { batchSpan, below } from "../telemetry/spans.ts";
import type { BatchInfo, BatchReason } from "./batch-info.ts";
import type { BatchItem } from "./batch-item.ts";
import { padded } from "./bucket.ts";
import { runsIn } from "./recursion.ts";
import { type Share, Shares } from "./shares.ts";

/** What the user wrote. */
export type BatchFunction = (items: never[]) => unknown;

/** Where batches run. */
export interface BatchPlatform extends Pick<Platform<unknown>, "asyncContext" | "clock" | "hold"> {
  readonly keepAlive: KeepAlive;
  /** Where what runs counts, if it does. */
  readonly scope: Scope;
  /** Ends the replica when a batch that was cancelled does not end, if anything does. */
  readonly overdue?: Pick<Overdue, "watch"> | undefined;
}

/** A batch that has closed. */
export interface Batch {
  /** At least one, in the order in which they came. */
  readonly items: readonly BatchItem[];
  readonly reason: BatchReason;
  readonly buckets: readonly number[];
}

/** Whose batch it is. */
export interface BatchOwner {
  /** Begins the messages. */
  readonly where: string;
  readonly replica: ContextReplica;
  readonly platform: BatchPlatform;
}

/**
 * Runs a batch from its beginning to its end, in a context of its own, and answers its items. Never rejects.
 *
 * @param answered called when the items have their answers, or the first chunks of them; not when it fails
 */
export async function runBatch(
  fn: BatchFunction,
  batch: Batch,
  owner: BatchOwner,
  answered: () => void,
): Promise<void> {
  const { where, platform } = owner;
  const { items } = batch;
  const cancellation = new Cancellation(latestDeadline(items));
  const origins = items.map(({ call }) => call?.origin);
  const span = batchSpan(owner.replica, where, origins);
  const call = contextOf(batch, owner, cancellation, below(span, origins[0]));
  runsIn(call, fn);
  const letGo = platform.keepAlive();
  const settled = platform.overdue?.watch(where, cancellation);
  const run = <R>(work: () => R): R =>
    platform.asyncContext.run(call, span ? () => span.run(work) : work);
  stopWithLast(items, cancellation);
  const values = padded(
    items.map(({ value }) => value),
    batch.buckets,
  );
  const right = (answers: unknown) => checked(answers, items.length, values.length, where);
  try {
    const result = await run(() => fn(values as never[]));
    if (isIteration(result)) {
      const source = iterateIn(run, result, (error) => span?.fail(error));
      await stream(items, source, right, owner, answered);
    } else {
      const answers = right(result);
      answered();
      for (const [at, item] of items.entries()) answer(item, answers[at]);
    }
  } catch (error) {
    span?.fail(error);
    for (const item of items) item.fail(error);
  } finally {
    span?.end();
    settled?.();
    cancellation.end();
    call.end();
    letGo();
  }
}

/** An Error in an item's place fails that item alone. */
function answer(item: BatchItem, value: unknown): void {
  if (value instanceof Error) item.fail(value);
  else item.succeed(value);
}

async function stream(
  items: readonly BatchItem[],
  source: AsyncIterable<unknown>,
  right: (step: unknown) => readonly unknown[],
  { where, platform }: BatchOwner,
  answered: () => void,
): Promise<void> {
  const shares = new Shares(items.length, where, platform.hold);
  const forget = items.map((item, at) => follow(item, shares.all[at] as Share));
  let first = true;
  try {
    await shares.handOut(iteratorOf(source), (step) => {
      if (first) answered();
      first = false;
      return right(step);
    });
  } catch (error) {
    for (const share of shares.all) share.end({ error });
  } finally {
    for (const done of forget) done();
  }
}

/** The item's caller gets the stream; it is left when that call ends without having read it. Returns what lets go of it. */
function follow(item: BatchItem, share: Share): () => void {
  item.receive(share);
  const forget = item.call?.whenEnded(() => share.end());
  return () => {
    forget?.();
    item.end();
  };
}

function contextOf(
  { items, reason }: Batch,
  { replica, platform }: BatchOwner,
  cancellation: Cancellation,
  origin: Origin | undefined,
): RunningCall {
  const [first] = items as readonly [BatchItem];
  const info: BatchInfo = {
    size: items.length,
    requestIds: items.map(({ call }) => call?.requestId),
    reason,
    isWanted: (index) => items[index]?.wanted === true,
  };
  const request = {
    requestId: first.call?.requestId ?? replica.replicaId,
    priority: Math.max(...items.map(({ priority }) => priority)),
    origin,
    affinity: first.modelId === undefined ? {} : { modelId: first.modelId },
  };
  return new RunningCall(replica, request, cancellation, platform.scope, info);
}

/** What the batch does stops when nobody is left who waits for it. */
function stopWithLast(items: readonly BatchItem[], cancellation: Cancellation): void {
  const left = (reason: unknown) => {
    if (items.every((item) => item.left)) cancellation.cancel(reason);
  };
  for (const item of items) item.whenLeft(left);
}

/** Undefined where one has none: the batch goes on for its sake. */
function latestDeadline(items: readonly BatchItem[]): number | undefined {
  const deadlines = items.map(({ deadline }) => deadline ?? Number.POSITIVE_INFINITY);
  const latest = Math.max(...deadlines);
  return Number.isFinite(latest) ? latest : undefined;
}

function checked(answers: unknown, size: number, given: number, where: string): readonly unknown[] {
  if (Array.isArray(answers) && (answers.length === size || answers.length === given)) {
    return answers;
  }
  const got = Array.isArray(answers) ? `an array of ${answers.length}` : nameOf(answers);
  throw new ServeError(
    "INVALID_APPLICATION",
    `${where}: the batch function was given ${given} items and must return, or yield, an array with one entry for each, in their order; it gave ${got}`,
  );
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return `a ${typeof value === "object" ? (value.constructor?.name ?? "object") : typeof value}`;
}
