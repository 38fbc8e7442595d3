import { unitHash } from "./hash.ts";

/** One way that calls of a split can take. */
export interface Arm {
  readonly name: string;
  /** Share of the calls, 0 to 1. For a shadow: the share that it gets a copy of. */
  readonly weight: number;
}

/**
 * Which arm a call takes. With a shard key always the same one; when weights change only as many keys move as must,
 * and those only to arms that gained (weighted rendezvous hashing: Thaler and Ravishankar 1998, weights after
 * Schindelhauer and Schomaker 2005).
 *
 * @param arms weights sum to 1, at least one of them over 0
 * @param random uniform in [0, 1)
 */
export function chooseArm<A extends Arm>(
  arms: readonly A[],
  shardKey: string | undefined,
  random: () => number,
): A {
  const taking = arms.filter(({ weight }) => weight > 0);
  if (shardKey === undefined) return byChance(taking, random());
  const score = ({ name, weight }: Arm) => -Math.log(unitHash(`${name} ${shardKey}`)) / weight;
  return taking.reduce((best, arm) => (score(arm) < score(best) ? arm : best));
}

/** The shadows that get a copy; by the shard key where there is one, so that a session is copied whole or not at all. */
export function chooseShadows<A extends Arm>(
  shadows: readonly A[],
  shardKey: string | undefined,
  random: () => number,
): A[] {
  return shadows.filter(({ name, weight }) => {
    const point = shardKey === undefined ? random() : unitHash(`shadow ${name} ${shardKey}`);
    return point < weight;
  });
}

function byChance<A extends Arm>(arms: readonly A[], point: number): A {
  let left = point;
  for (const arm of arms) {
    left -= arm.weight;
    if (left < 0) return arm;
  }
  // Weights such as 0.1 add up to a little less than 1.
  return arms.at(-1) as A;
}
