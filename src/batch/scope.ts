import type { ReplicaBatches } from "./replica-batches.ts";

let constructing: ReplicaBatches | undefined;

/** Whatever is batched while a replica's instance is constructed is that replica's. */
export function batchingFor<R>(batches: ReplicaBatches, construct: () => R): R {
  const outer = constructing;
  constructing = batches;
  try {
    return construct();
  } finally {
    constructing = outer;
  }
}

export function newReplicasBatches(): ReplicaBatches | undefined {
  return constructing;
}
