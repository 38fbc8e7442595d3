import { Caller, type CallerPlatform } from "../caller.ts";
import { Cancellation } from "../cancellation.ts";
import type { AsyncContext } from "../context.ts";
import { ServeError } from "../errors.ts";
import type { KeepAlive } from "../keep-alive.ts";
import type { Directory } from "../router/directory.ts";
import type { LogSink } from "../telemetry/log-line.ts";
import { scopeOf } from "../telemetry/replica-scope.ts";
import { type FoundNode, startReplica } from "./assembly.ts";
import type { Defer } from "./frame-port.ts";
import { InlineConnection } from "./inline.ts";
import type { ReplicaSpec } from "./protocol.ts";
import { refuseRuntimeEnv } from "./runtime-env.ts";

/** What inline replicas need of their platform. */
export interface InlinePlatform extends CallerPlatform {
  readonly asyncContext: AsyncContext;
  readonly defer: Defer;
  readonly keepAlive: KeepAlive;
  readonly log: LogSink;
}

/**
 * Starts a replica in this thread, with routers of its own for the deployments it calls. What it calls outside of its
 * own calls ends with it: when `signal` aborts before it has started, when that fails, or when it is stopped.
 */
export async function startInline(
  spec: ReplicaSpec,
  source: FoundNode,
  directory: Directory,
  signal: AbortSignal,
  platform: InlinePlatform,
): Promise<InlineConnection> {
  const { options } = source.node;
  refuseRuntimeEnv(spec.deployment, options, "an inline replica has its host's environment");
  const life = new Cancellation();
  const scope = scopeOf(spec, platform.log, platform.clock);
  const caller = new Caller(directory, platform, scope.registry, life);
  const end = (reason: unknown) => {
    life.cancel(reason);
    caller.close(reason);
  };
  signal.addEventListener("abort", () => end(signal.reason), { once: true });
  try {
    const replica = await startReplica(spec, source, caller, platform, scope);
    const connection = new InlineConnection(replica, caller.handle, platform);
    connection.whenClosed(({ message }) =>
      end(
        new ServeError(
          "REPLICA_DIED",
          `${spec.replicaId}: the replica that called is gone: ${message}`,
        ),
      ),
    );
    return connection;
  } catch (error) {
    end(error);
    throw error;
  }
}
