import type { Clock } from "../clock.ts";
import type { ReplicaConnection } from "../platform.ts";
import type { ReplicaSettings } from "../replica/protocol.ts";
import type { DeploymentTarget } from "./deployment-target.ts";
import { inTime } from "./in-time.ts";
import type { ReplicaRecord } from "./replica-record.ts";
import { configure, settingsOf } from "./replica-start.ts";

interface RecoveryEnvironment {
  readonly clock: Clock;
}

/**
 * Resolves once a replica that outlived its controller has answered and, where settings are given, has those that
 * are wanted.
 *
 * @param settings what it was given last; undefined for a replica of another version, which keeps what it has
 * @throws what its check or `reconfigure` throws; ServeError `TIMEOUT`; the reason of `unwanted` when that aborts
 */
export async function meet<C extends ReplicaConnection>(
  record: ReplicaRecord<C>,
  connection: C,
  settings: ReplicaSettings | undefined,
  target: () => DeploymentTarget<unknown>,
  { clock }: RecoveryEnvironment,
): Promise<void> {
  const { replicaId, unwanted } = record;
  const { healthCheckTimeoutMs: timeoutMs } = target().node.options;
  const late = `${replicaId}: it did not answer within ${timeoutMs} ms (option healthCheckTimeoutMs)`;
  await inTime(() => connection.check(), { clock, timeoutMs, late, unwanted: unwanted.signal });
  if (!settings) return;
  let given = same(settings, settingsOf(target().node.options)) ? target() : undefined;
  // They may change meanwhile.
  while (target() !== given) {
    given = target();
    await configure(record, connection, given, { clock });
  }
}

function same(one: ReplicaSettings, other: ReplicaSettings): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
