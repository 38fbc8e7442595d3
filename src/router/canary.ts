import { unitHash } from "./hash.ts";

/** While an update moves traffic: the replicas of the new version, and their share of the calls. */
export interface Canary {
  readonly replicaIds: readonly string[];
  readonly share: number;
}

interface Sided {
  readonly caller: { readonly replicaId: string };
}

/**
 * The replicas that may take a call, the first list before the second. A call for the new version falls back to the
 * old one where that is full; one for the old version waits, since the share of what is not proven should not grow
 * with the load. Where one side has no replicas the other takes all.
 *
 * @param key calls of one key are on one side while the share stays, and never come back to the old one while it grows
 */
export function sidesOf<L extends Sided>(
  links: readonly L[],
  { replicaIds, share }: Canary,
  key: string,
): readonly (readonly L[])[] {
  const ofNew = links.filter(({ caller }) => replicaIds.includes(caller.replicaId));
  const ofOld = links.filter((link) => !ofNew.includes(link));
  if (ofNew.length === 0 || ofOld.length === 0) return [links];
  return unitHash(`canary ${key}`) < share ? [ofNew, ofOld] : [ofOld];
}
