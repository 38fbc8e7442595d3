import type { Candidate } from "../../src/router/choose/candidate.ts";
import { hash32 } from "../../src/router/hash.ts";

export interface NamedCandidate extends Candidate {
  readonly replicaId: string;
}

/** A replica as routers see it, idle unless told otherwise. */
export function candidate(
  replicaId: string,
  { models = [], ...given }: Partial<Candidate> & { models?: readonly string[] } = {},
): NamedCandidate {
  return {
    replicaId,
    ongoing: 0,
    full: false,
    lastTurn: 0,
    hash: hash32(replicaId),
    holds: (modelId) => models.includes(modelId),
    modelCount: models.length,
    room: 0,
    ...given,
  };
}

/** So many idle ones, named as replicas are. */
export function candidates(count: number, from = 1): NamedCandidate[] {
  return Array.from({ length: count }, (_, at) => candidate(`app/Model#${from + at}`));
}

/** What a router may look at of a call. */
export function wish(affinity = {}, requestId = "request") {
  return { requestId, affinity };
}
