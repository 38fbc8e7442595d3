import { env, waitUntil } from "cloudflare:workers";
import { Caller } from "../../src/caller.ts";
import { type ReplicaSpawner, ServeError } from "../../src/index.ts";
import { noSurvivors, type ReplicaConnection } from "../../src/platform.ts";
import { type InlinePlatform, startInline } from "../../src/replica/inline-spawner.ts";
import { refuseRuntimeEnv } from "../../src/replica/runtime-env.ts";
import type { Capacity } from "../../src/resources.ts";
import { hasHook } from "../../src/target.ts";
import { type CloudflareModule, noteCode } from "./code-names.ts";
import { DurableConnection } from "./durable-connection.ts";
import type { ReplicaRpc } from "./rpc.ts";

/** A Durable Object namespace of the class that `createWorker` gives, as far as replicas need it. */
export interface ReplicaNamespace {
  getByName(name: string): ReplicaRpc;
}

/** Cloudflare places objects where it likes, and bounds the memory of each isolate. */
const ISOLATE: Capacity = {
  cpus: Number.POSITIVE_INFINITY,
  gpus: 0,
  memoryMb: Number.POSITIVE_INFINITY,
  custom: {},
};

export function cloudflareSpawner(
  platform: InlinePlatform,
  namespace: () => ReplicaNamespace,
): ReplicaSpawner<CloudflareModule, ReplicaConnection> {
  return {
    capacity: () => ISOLATE,
    survivors: noSurvivors,
    start(spec, source, directory) {
      const { application, deployment, index } = spec;
      if (source.code !== undefined) noteCode(application, source.code);
      const start = async (): Promise<ReplicaConnection> => {
        if (source.isolation === "inline") return startInline(spec, source, directory, platform);
        const why = "all objects of a script have its variables";
        refuseRuntimeEnv(deployment, source.node.options, why);
        const objects = namespace();
        // Names are stable, so that every isolate finds the same replicas.
        const locate = () => objects.getByName(`${application}/${deployment}/${index}`);
        const { handle } = new Caller(directory, platform);
        const connection = new DurableConnection(
          spec,
          source.code ?? "default",
          locate,
          handle,
          hasHook(source.node.target, "checkHealth"),
        );
        await connection.start();
        return connection;
      };
      const started = start();
      // All later requests wait for this replica, so it must start even if the first client leaves.
      waitUntil(started.catch(() => {}));
      return started;
    },
  };
}

/** @throws ServeError `INVALID_OPTION` when the Wrangler configuration has no such binding */
export function namespaceOf(binding: string): ReplicaNamespace {
  const namespace = (env as Readonly<Record<string, unknown>>)[binding];
  if (namespace) return namespace as ReplicaNamespace;
  throw new ServeError(
    "INVALID_OPTION",
    `createWorker: isolation "worker" needs a Durable Object binding ${binding}; add it to the Wrangler configuration (durable_objects.bindings, with the exported class Replica, and a migration), or name another by createWorker(app, { binding })`,
  );
}
