import { type Candidate, type Choosing, hasRoom, type Wish } from "./candidate.ts";

/** The router `leastLoaded`: where this caller has the fewest running calls. */
export function chooseLeastLoaded<C extends Candidate>(
  candidates: readonly C[],
  _wish: Wish,
  choosing: Choosing,
): C | undefined {
  return least(candidates, choosing, "ongoing");
}

/** The router `roundRobin`: one after the other, so the one whose last call is the longest ago. */
export function chooseRoundRobin<C extends Candidate>(
  candidates: readonly C[],
  _wish: Wish,
  choosing: Choosing,
): C | undefined {
  return least(candidates, choosing, "lastTurn");
}

/** Of equals any: callers must not all begin with the same one. */
function least<C extends Candidate>(
  candidates: readonly C[],
  { cap, random }: Choosing,
  figure: "ongoing" | "lastTurn",
): C | undefined {
  let best: C | undefined;
  let equals = 0;
  for (const candidate of candidates) {
    if (!hasRoom(candidate, cap)) continue;
    if (best && candidate[figure] > best[figure]) continue;
    equals = best && candidate[figure] === best[figure] ? equals + 1 : 1;
    if (equals === 1 || random() * equals < 1) best = candidate;
  }
  return best;
}
