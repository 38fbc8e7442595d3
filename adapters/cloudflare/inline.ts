import { waitUntil } from "cloudflare:workers";
import { ServeError } from "../../src/errors.ts";
import { noSurvivors, type ReplicaConnection, type ReplicaSpawner } from "../../src/platform.ts";
import { type InlinePlatform, startInline } from "../../src/replica/inline-spawner.ts";
import type { Capacity } from "../../src/resources.ts";
import type { Directory } from "../../src/router/directory.ts";
import type { CloudflareModule } from "./code-names.ts";

/** Cloudflare places objects where it likes, and bounds the memory of each isolate. */
export const ISOLATE: Capacity = {
  cpus: Number.POSITIVE_INFINITY,
  gpus: 0,
  memoryMb: Number.POSITIVE_INFINITY,
  custom: {},
};

/**
 * Starts replicas in the isolate that calls them.
 *
 * @param calls the directory that they call by, where it is another than the one that lists them
 */
export function inlineSpawner(
  platform: InlinePlatform,
  calls?: Directory,
): ReplicaSpawner<CloudflareModule, ReplicaConnection> {
  return {
    capacity: () => ISOLATE,
    survivors: noSurvivors,
    async start(spec, source, directory, signal) {
      if (source.isolation !== "inline") {
        throw new ServeError(
          "NOT_SUPPORTED",
          `deployment(${spec.deployment}): isolation "worker" needs the Durable Objects of createWorker(app); make the Worker by it`,
        );
      }
      const started = startInline(spec, source, calls ?? directory, signal, platform);
      // All later requests wait for this replica, so it must start even if the first client leaves.
      waitUntil(started.catch(() => {}));
      return started;
    },
  };
}
