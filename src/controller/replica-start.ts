import type { Clock } from "../clock.ts";
import type { ReplicaConnection, ReplicaSpawner } from "../platform.ts";
import type { ReplicaSettings } from "../replica/protocol.ts";
import type { Directory } from "../router/directory.ts";
import type { HostMetrics } from "../telemetry/host-metrics.ts";
import { replicaLogging } from "../telemetry/logging.ts";
import { type DeploymentTarget, sourceOf } from "./deployment-target.ts";
import { inTime } from "./in-time.ts";
import type { ReplicaRecord } from "./replica-record.ts";

interface StartEnvironment<Code, C extends ReplicaConnection> {
  readonly spawner: ReplicaSpawner<Code, C>;
  readonly clock: Clock;
  readonly replicaSets: Directory<C>;
  readonly metrics: HostMetrics | undefined;
}

/**
 * Starts a replica within its time.
 *
 * @throws what its start throws; ServeError `TIMEOUT`; the reason of `unwanted` when that aborts
 */
export async function spawn<Code, C extends ReplicaConnection>(
  { replicaId, index, unwanted }: ReplicaRecord<C>,
  target: DeploymentTarget<Code>,
  { spawner, clock, replicaSets, metrics }: StartEnvironment<Code, C>,
): Promise<C> {
  const { node, application } = target;
  const { initTimeoutMs: timeoutMs } = node.options;
  const deployment = node.name;
  const spec = {
    replicaId,
    application,
    deployment,
    index,
    metrics: metrics !== undefined,
    ...settingsOf(node.options),
  };
  const source = sourceOf(target);
  const late = `${application}/${deployment}: the replica did not start within ${timeoutMs} ms (option initTimeoutMs)`;
  let started: Promise<C> | undefined;
  const start = (signal: AbortSignal) => {
    started = spawner.start(spec, source, replicaSets, signal);
    return started;
  };
  try {
    return await inTime(start, { clock, timeoutMs, late, unwanted: unwanted.signal });
  } catch (error) {
    // What could not be ended in mid-start is ended when it comes up after all.
    started?.then((connection) => connection.stop()).catch(() => {});
    throw error;
  }
}

/**
 * Changes the settings of a replica within its time.
 *
 * @throws what `reconfigure` throws; ServeError `TIMEOUT`; the reason of `unwanted` when that aborts
 */
export function configure<C extends ReplicaConnection>(
  { unwanted, replicaId }: ReplicaRecord<C>,
  connection: C,
  { node }: DeploymentTarget<unknown>,
  { clock }: Pick<StartEnvironment<unknown, C>, "clock">,
): Promise<void> {
  const { initTimeoutMs: timeoutMs } = node.options;
  const late = `${replicaId}: reconfigure did not end within ${timeoutMs} ms (option initTimeoutMs)`;
  const limits = { clock, timeoutMs, late, unwanted: unwanted.signal };
  return inTime(() => connection.reconfigure(settingsOf(node.options)), limits);
}

export function settingsOf(options: ReplicaSettings): ReplicaSettings {
  const { maxOngoingRequests, userConfig, terminateAfterCancelMs, logging } = options;
  return {
    maxOngoingRequests,
    userConfig,
    terminateAfterCancelMs,
    logging: logging && replicaLogging(logging),
  };
}
