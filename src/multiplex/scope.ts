import type { ReplicaModels } from "./replica-models.ts";

let constructing: ReplicaModels | undefined;

/** Whatever is multiplexed while a replica's instance is constructed is that replica's. */
export function multiplexingFor<R>(models: ReplicaModels, construct: () => R): R {
  const outer = constructing;
  constructing = models;
  try {
    return construct();
  } finally {
    constructing = outer;
  }
}

export function newReplicasModels(): ReplicaModels | undefined {
  return constructing;
}
