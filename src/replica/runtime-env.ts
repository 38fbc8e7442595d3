import { ServeError } from "../errors.ts";
import type { ResolvedOptions } from "../options.ts";

/**
 * For places that can't give a replica environment variables of its own.
 *
 * @param why what keeps it from that, in a clause
 * @throws ServeError `NOT_SUPPORTED` where some are wanted
 */
export function refuseRuntimeEnv(
  deployment: string,
  { runtimeEnv }: Pick<ResolvedOptions, "runtimeEnv">,
  why: string,
): void {
  if (Object.keys(runtimeEnv?.env ?? {}).length === 0) return;
  throw new ServeError(
    "NOT_SUPPORTED",
    `deployment(${deployment}): option runtimeEnv works in worker threads of Node only, and ${why}; remove it`,
  );
}
