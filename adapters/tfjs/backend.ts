import type { Peers } from "./peers.ts";

export type BackendName = "webgpu" | "wasm";

/** One way to compute that a host may offer. */
export interface BackendCandidate {
  readonly name: BackendName;
  /**
   * Makes this the backend that computes, or throws an Error whose message says why this host can't; another candidate
   * may then be activated. `asked`: the user named this backend, so take it even where it would be a poor choice.
   */
  activate(peers: Peers, asked: boolean): Promise<void>;
}

/** The backend that computes in this isolate, and why the better ones do not. */
export interface Backend {
  readonly name: BackendName;
  readonly skipped: readonly { readonly name: BackendName; readonly reason: string }[];
}

/**
 * The first candidate that works, best first.
 * @throws Error with every candidate's reason when none does.
 */
export async function activateFirst(
  candidates: readonly BackendCandidate[],
  peers: Peers,
  asked: BackendName | undefined,
): Promise<Backend> {
  const skipped: { name: BackendName; reason: string }[] = [];
  for (const candidate of candidates.filter(({ name }) => asked === undefined || name === asked)) {
    try {
      await candidate.activate(peers, asked !== undefined);
      return { name: candidate.name, skipped };
    } catch (error) {
      skipped.push({
        name: candidate.name,
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  }
  const reasons = skipped.map(({ name, reason }) => `${name}: ${reason}`).join("; ");
  throw new Error(`isoserve/tfjs: no backend works on this host (${reasons})`);
}
