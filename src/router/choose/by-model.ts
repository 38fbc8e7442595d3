import { hash32 } from "../hash.ts";
import { ranksBefore } from "./by-key.ts";
import { type Candidate, type Choose, type Choosing, hasRoom, type Wish } from "./candidate.ts";

/**
 * Where a call for a model goes: to a replica that holds it, unless all of these are busy, over half of their cap. Then,
 * and where none holds it, to the one with the fewest models that is not busy; of several, to the one that the model's id
 * ranks first, so that callers who know nothing of each other agree. Where all are busy, to a holder with room, else to
 * any with room.
 *
 * @param among what chooses between holders
 */
export function chooseByModel<C extends Candidate>(
  candidates: readonly C[],
  modelId: string,
  among: Choose,
  wish: Wish,
  choosing: Choosing,
): C | undefined {
  const free = candidates.filter((candidate) => hasRoom(candidate, choosing.cap));
  const calm = free.filter(({ ongoing }) => ongoing <= choosing.cap / 2);
  for (const group of [calm, free]) {
    const holders = group.filter((candidate) => candidate.holds(modelId));
    if (holders.length > 0) return among(holders, wish, choosing);
    if (group.length > 0) return newHome(group, modelId);
  }
  return undefined;
}

function newHome<C extends Candidate>(candidates: readonly C[], modelId: string): C {
  const point = hash32(modelId);
  return candidates.reduce((best, one) => {
    const fewer = one.modelCount - best.modelCount;
    return fewer < 0 || (fewer === 0 && ranksBefore(one, best, point)) ? one : best;
  });
}
