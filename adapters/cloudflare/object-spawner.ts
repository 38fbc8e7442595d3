import { waitUntil } from "cloudflare:workers";
import { Caller, type CallerPlatform } from "../../src/caller.ts";
import type { ReplicaConnection, ReplicaSource, ReplicaSpawner } from "../../src/platform.ts";
import { refuseRuntimeEnv } from "../../src/replica/runtime-env.ts";
import type { Directory } from "../../src/router/directory.ts";
import { hasHook } from "../../src/target.ts";
import type { ReplicaNamespace } from "./bindings.ts";
import type { CloudflareModule } from "./code-names.ts";
import { ObjectConnection } from "./object-connection.ts";
import { noRegistry, type ReplicaRegistry } from "./replica-registry.ts";

type Spawner = ReplicaSpawner<CloudflareModule, ReplicaConnection>;

export interface ObjectSpawnerOptions {
  readonly inline: Spawner;
  readonly platform: CallerPlatform;
  readonly replicas: () => ReplicaNamespace;
  /** Where replicas are listed that may outlive this host. */
  readonly registry?: ReplicaRegistry;
}

/** Starts replicas with `isolation: "worker"` in a Durable Object each, and leaves the others to `inline`. */
export function objectSpawner(options: ObjectSpawnerOptions): Spawner {
  const { inline, platform, replicas, registry = noRegistry } = options;

  const connect = (
    replicaId: string,
    { node }: ReplicaSource<CloudflareModule>,
    directory: Directory,
  ) => {
    const { handle: handleFor } = new Caller(directory, platform);
    const needsChecks = hasHook(node.target, "checkHealth");
    return new ObjectConnection(replicaId, { replicas, handleFor, registry }, needsChecks);
  };

  const start: Spawner["start"] = async (spec, source, directory, signal) => {
    const why = "all objects of a script have its variables";
    refuseRuntimeEnv(spec.deployment, source.node.options, why);
    const { code = "default" } = source;
    const connection = connect(spec.replicaId, source, directory);
    const abandon = () => waitUntil(connection.stop());
    signal.addEventListener("abort", abandon, { once: true });
    registry.starting(spec, source);
    try {
      await connection.start({ spec, code });
    } catch (error) {
      // An object that died in mid-start would start again.
      await connection.stop();
      throw error;
    } finally {
      signal.removeEventListener("abort", abandon);
    }
    registry.running(spec.replicaId);
    return connection;
  };

  return {
    capacity: inline.capacity,
    start(spec, source, directory, signal) {
      if (source.isolation === "inline") return inline.start(spec, source, directory, signal);
      const started = start(spec, source, directory, signal);
      // All later requests wait for this replica, so it must start even if the first client leaves.
      waitUntil(started.catch(() => {}));
      return started;
    },
    survivors(key, source, directory) {
      const objects = registry.replicas(key).filter(({ isolation }) => isolation === "worker");
      const running = objects.map(({ replicaId, index, version, settings, state }) => {
        const connection = connect(replicaId, source, directory);
        return { connection, index, version, settings, draining: state === "draining" };
      });
      const others = inline.survivors(key, source, directory).running;
      return { started: registry.started(key), running: [...others, ...running] };
    },
  };
}
