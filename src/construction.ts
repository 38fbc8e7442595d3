import type { ContextReplica } from "./context.ts";

let constructing: ContextReplica | undefined;

/** Whatever is batched or multiplexed while a replica's instance is constructed is that replica's. */
export function constructingFor<R>(replica: ContextReplica, construct: () => R): R {
  const outer = constructing;
  constructing = replica;
  try {
    return construct();
  } finally {
    constructing = outer;
  }
}

/** The replica whose instance is being constructed, if one is. */
export function replicaInConstruction(): ContextReplica | undefined {
  return constructing;
}
