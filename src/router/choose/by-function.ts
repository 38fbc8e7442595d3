import { messageOf } from "../../errors.ts";
import type { CallRequest } from "../../replica/protocol.ts";
import type { RouterCandidate, RouterFunction } from "../router-option.ts";

/** What a router of one's own says, or what is wrong with it. */
export type Ranking<C> = { readonly ranked: readonly C[] } | { readonly problem: string };

/** Asks a router of one's own, and trusts nothing of what it answers. */
export function rankByFunction<C extends RouterCandidate>(
  router: RouterFunction,
  { method, requestId, priority, affinity }: CallRequest,
  candidates: readonly C[],
): Ranking<C> {
  const { shardKey, sessionId, modelId } = affinity;
  const call = { method, requestId, shardKey, sessionId, modelId, priority };
  const shown = candidates.map(({ replicaId, ongoing, models }) => ({
    replicaId,
    ongoing,
    models,
  }));
  try {
    return ranking(router(call, shown), candidates);
  } catch (error) {
    return { problem: `threw ${messageOf(error).split("\n")[0]}` };
  }
}

function ranking<C extends RouterCandidate>(answer: unknown, candidates: readonly C[]): Ranking<C> {
  if (!Array.isArray(answer))
    return { problem: `returned ${shown(answer)}, no list of candidates` };
  const ranked: C[] = [];
  for (const item of answer as readonly (Partial<RouterCandidate> | null | undefined)[]) {
    const found = candidates.find(({ replicaId }) => replicaId === item?.replicaId);
    if (!found) return { problem: "returned a list with something that is no candidate" };
    ranked.push(found);
  }
  return { ranked };
}

function shown(answer: unknown): string {
  if (answer instanceof Promise) {
    answer.catch(() => {});
    return "a promise";
  }
  return answer === null ? "null" : typeof answer;
}
