import { manualClock } from "../../adapters/memory/clock.ts";
import { type BatchRules, resolveBatchOptions } from "../../src/batch/batch-options.ts";
import type { Batcher } from "../../src/batch/batcher.ts";
import { ReplicaBatches } from "../../src/batch/replica-batches.ts";
import { Cancellation } from "../../src/cancellation.ts";
import {
  context,
  RunningCall,
  registerAsyncContext,
  synchronousContext,
} from "../../src/context.ts";
import type { BatchInfo, BatchOptions, Clock } from "../../src/index.ts";
import { keepNothing } from "../../src/keep-alive.ts";
import { ReplicaModels } from "../../src/multiplex/replica-models.ts";
import { holdNothing } from "../../src/platform.ts";
import { quietScope } from "../fixtures/log-book.ts";

const asyncContext = synchronousContext();
registerAsyncContext(asyncContext);

export interface Ask {
  readonly priority?: number;
  readonly modelId?: string | undefined;
  readonly deadline?: number | undefined;
}

/** A batch that runs until it is ended. */
export interface Started {
  readonly values: readonly number[];
  readonly info: BatchInfo;
  readonly signal: AbortSignal;
  readonly modelId: string | undefined;
  readonly deadline: number | undefined;
  readonly priority: number;
  end(): void;
  fail(error: Error): void;
}

/** What became of an item. */
export interface Outcome {
  readonly value: number;
  readonly call: RunningCall;
  readonly cancellation: Cancellation;
  /** What it was answered, each time that it was. */
  readonly answers: unknown[];
  readonly errors: { readonly code?: string; readonly message: string }[];
}

/** One batcher, on a clock turned by hand, of a function that answers the tenfold when it is told to. */
export class Story {
  readonly clock = manualClock();
  readonly started: Started[] = [];
  readonly outcomes: Outcome[] = [];
  readonly batcher: Batcher;
  readonly batches: ReplicaBatches;

  constructor(options: BatchOptions<number>) {
    this.batches = batchesOn(this.clock);
    this.batcher = this.batches.batcher((items) => this.#run(items), "run", rulesOf(options));
  }

  ask(value: number, { priority = 0, modelId, deadline }: Ask = {}): Outcome {
    const cancellation = new Cancellation(deadline);
    const affinity = modelId === undefined ? {} : { modelId };
    const request = { requestId: `call ${value}`, priority, affinity };
    const call = new RunningCall(this.batches.replica, request, cancellation);
    const outcome: Outcome = { value, call, cancellation, answers: [], errors: [] };
    this.outcomes.push(outcome);
    this.batcher.ask(value, call).then(
      (answer) => outcome.answers.push(answer),
      (error) => outcome.errors.push(error),
    );
    return outcome;
  }

  configure(options: BatchOptions<number>): void {
    this.batcher.rules = rulesOf(options);
  }

  /** Lets time pass, and all that follows from that happen. */
  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await settled();
  }

  #run(items: readonly number[]): Promise<number[]> {
    const { batch, signal, modelId, deadline, priority } = context() as RunningCall;
    const { promise, resolve, reject } = Promise.withResolvers<number[]>();
    const end = () => resolve(items.map((item) => 10 * item));
    this.started.push({
      values: items,
      info: batch as BatchInfo,
      signal,
      modelId,
      deadline,
      priority,
      end,
      fail: reject,
    });
    return promise;
  }
}

export function batcherOn(
  clock: Clock,
  options: BatchOptions<number>,
  fn: (items: readonly number[]) => unknown,
): Batcher {
  return batchesOn(clock).batcher(fn, "run", rulesOf(options));
}

function batchesOn(clock: Clock): ReplicaBatches {
  const replica = { application: "app", deployment: "Story", replicaId: "app/Story#1" };
  const platform = {
    asyncContext,
    clock,
    hold: holdNothing,
    keepAlive: keepNothing,
    scope: quietScope(),
  };
  return new ReplicaBatches(replica, new ReplicaModels(replica, platform), platform);
}

function rulesOf(options: BatchOptions<number>): BatchRules {
  return resolveBatchOptions("batch", options as BatchOptions<never>).rules;
}

/** All that can happen without anything new has happened. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
