import type { Clock } from "../clock.ts";
import type { LogSink } from "./log-line.ts";
import { Logger } from "./logger.ts";
import type { ReplicaLogging } from "./logging.ts";
import { type CountedReplica, replicaRegistry } from "./replica-metrics.ts";
import type { Scope } from "./scope.ts";

/** What the telemetry of a replica goes by. */
export interface TelemetryReplica extends CountedReplica {
  readonly replicaId: string;
  readonly logging?: ReplicaLogging | undefined;
}

/** Where the code of a replica counts and logs. */
export function scopeOf(replica: TelemetryReplica, sink: LogSink, clock: Clock): Scope {
  const { application, deployment, replicaId, logging } = replica;
  const origin = { application, deployment, replica: replicaId };
  return {
    registry: replicaRegistry(replica),
    logger: new Logger(sink, clock, origin, logging),
  };
}
