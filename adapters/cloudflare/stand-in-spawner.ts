import type { ReplicaConnection, ReplicaSource, ReplicaSpawner } from "../../src/platform.ts";
import { type InlinePlatform, startInline } from "../../src/replica/inline-spawner.ts";
import type { ReplicaSettings, ReplicaSpec } from "../../src/replica/protocol.ts";
import type { Directory } from "../../src/router/directory.ts";
import type { CloudflareModule } from "./code-names.ts";
import { ISOLATE } from "./inline.ts";
import { InlineStandIn } from "./inline-stand-in.ts";
import type { ReplicaRegistry } from "./replica-registry.ts";

/** What is tried once counts for all replicas that want it. */
const NEVER_UNWANTED = new AbortController().signal;

type Spawner = ReplicaSpawner<CloudflareModule, ReplicaConnection>;

/** What the controller has for inline replicas: they run in the isolates. */
export function standInSpawner(platform: InlinePlatform, registry: ReplicaRegistry): Spawner {
  /** What was tried and runs, of each deployment the newest: several replicas of it need one trial. */
  const tried = new Map<string, string>();

  const standIn = (
    spec: ReplicaSpec,
    source: ReplicaSource<CloudflareModule>,
    directory: Directory,
  ) => {
    const startHere = (settings: ReplicaSettings) =>
      startInline({ ...spec, ...settings }, source, directory, NEVER_UNWANTED, platform);
    return new InlineStandIn(spec.replicaId, spec, startHere, registry);
  };

  return {
    capacity: () => ISOLATE,
    async start(spec, source, directory) {
      const made = standIn(spec, source, directory);
      const key = `${spec.application}/${spec.deployment}`;
      const what = JSON.stringify([source.version, spec.userConfig]);
      if (tried.get(key) !== what) await made.try(spec);
      tried.set(key, what);
      registry.starting(spec, source);
      registry.running(spec.replicaId);
      return made;
    },
    survivors(key, source, directory) {
      const [application = "", deployment = ""] = key.split("/");
      const standIns = registry.replicas(key).filter(({ isolation }) => isolation === "inline");
      const running = standIns.map(({ replicaId, index, version, settings, state }) => {
        const spec = { replicaId, application, deployment, index, metrics: false, ...settings };
        const connection = standIn(spec, source, directory);
        return { connection, index, version, settings, draining: state === "draining" };
      });
      return { started: registry.started(key), running };
    },
  };
}
