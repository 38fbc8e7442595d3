import type { Clock } from "../../src/clock.ts";
import { messageOf } from "../../src/errors.ts";
import type { DeploymentKey } from "../../src/handle.ts";
import { hostLogger } from "../../src/telemetry/host-logger.ts";
import type { ObjectConnection } from "./object-connection.ts";
import type { SqlRegistry } from "./sql-registry.ts";

/** As long as a replica whose options nobody knows any more may take to end its calls. */
const DRAIN_MS = 20_000;

/**
 * Ends the replicas of deployments that nothing declares any more: the code that knew them was replaced while the
 * controller was gone.
 */
export async function endOrphans(
  registry: SqlRegistry,
  isWanted: (key: DeploymentKey) => boolean,
  connect: (replicaId: string) => ObjectConnection,
  clock: Clock,
): Promise<void> {
  const orphans = registry.deployments.filter((key) => !isWanted(key));
  const endings = orphans.flatMap((key) =>
    registry.replicas(key).map(async ({ replicaId, isolation }) => {
      if (isolation === "inline") return registry.ended(replicaId);
      const connection = connect(replicaId);
      const late = new AbortController();
      const timeout = clock.sleep(DRAIN_MS, late.signal);
      const drained = connection
        .drain()
        .catch((error) => hostLogger().error(`${replicaId}: ${messageOf(error)}`));
      await Promise.race([drained, timeout]);
      late.abort();
      await connection.stop();
    }),
  );
  await Promise.all(endings);
}
