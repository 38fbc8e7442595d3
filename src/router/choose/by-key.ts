import { hash32, mix32 } from "../hash.ts";
import type { Candidate, Choosing, Wish } from "./candidate.ts";

/** Over the mean by this much a candidate gets no more calls of keys that are at home there. */
const BOUND = 1.25;

/**
 * The candidate where the calls of a key belong: consistent hashing with bounded loads (Mirrokni, Thorup and
 * Zadimoghaddam 2018), over rendezvous hashing (Thaler and Ravishankar 1998). Each key ranks the candidates, and takes the
 * first that is not overloaded; so a candidate that comes or goes moves only the keys that are, or were, at home there.
 * The bound of the paper alone would part the calls of a key where few calls run, so half a cap is never too many.
 */
export function chooseByKey<C extends Candidate>(
  candidates: readonly C[],
  key: string,
  cap: number,
): C | undefined {
  const point = hash32(key);
  return first(candidates, point, bound(candidates, cap)) ?? first(candidates, point, cap);
}

/** The router `consistentHash`: by the session, else the shard key, else the request with all calls that it leads to. */
export function chooseConsistentHash<C extends Candidate>(
  candidates: readonly C[],
  { requestId, affinity }: Wish,
  { cap }: Choosing,
): C | undefined {
  return chooseByKey(candidates, affinity.sessionId ?? affinity.shardKey ?? requestId, cap);
}

/** Where the calls of a key go while nothing is overloaded. */
export function homeOf<C extends Candidate>(candidates: readonly C[], key: string): C | undefined {
  const point = hash32(key);
  return candidates.reduce<C | undefined>(
    (best, one) => (best && !ranksBefore(one, best, point) ? best : one),
    undefined,
  );
}

/** Does the key whose hash is `point` prefer `one` to `other`? */
export function ranksBefore(one: Candidate, other: Candidate, point: number): boolean {
  return mix32(point ^ one.hash) > mix32(point ^ other.hash);
}

/** The first in the ranking that runs less than so many calls. */
function first<C extends Candidate>(
  candidates: readonly C[],
  point: number,
  limit: number,
): C | undefined {
  let best: C | undefined;
  for (const candidate of candidates) {
    if (candidate.full || candidate.ongoing >= limit) continue;
    if (!best || ranksBefore(candidate, best, point)) best = candidate;
  }
  return best;
}

function bound(candidates: readonly Candidate[], cap: number): number {
  const calls = candidates.reduce((sum, { ongoing }) => sum + ongoing, 1);
  const bounded = Math.ceil((BOUND * calls) / candidates.length);
  return Math.min(cap, Math.max(bounded, cap / 2));
}
