import { type Candidate, type Choosing, hasRoom, type Wish } from "./candidate.ts";

/**
 * Power of two choices: two candidates at random, the one with fewer running calls (Mitzenmacher 2001).
 * Where both are full, the next one with room.
 */
export function choosePowerOfTwo<C extends Candidate>(
  candidates: readonly C[],
  _wish: Wish,
  { cap, random }: Choosing,
): C | undefined {
  const count = candidates.length;
  if (count === 0) return undefined;
  if (count === 1) return withRoom(candidates[0], cap);
  const first = Math.floor(random() * count);
  const second = (first + 1 + Math.floor(random() * (count - 1))) % count;
  const a = withRoom(candidates[first], cap);
  const b = withRoom(candidates[second], cap);
  if (a && b) return b.ongoing < a.ongoing ? b : a;
  if (a ?? b) return a ?? b;
  for (let step = 1; step < count; step += 1) {
    const other = withRoom(candidates[(first + step) % count], cap);
    if (other) return other;
  }
  return undefined;
}

function withRoom<C extends Candidate>(candidate: C | undefined, cap: number): C | undefined {
  return candidate && hasRoom(candidate, cap) ? candidate : undefined;
}
