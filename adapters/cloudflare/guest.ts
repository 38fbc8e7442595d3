import { Caller } from "../../src/caller.ts";
import type { Platform } from "../../src/index.ts";
import { findNode, startReplica } from "../../src/replica/assembly.ts";
import type { ReplicaSpec } from "../../src/replica/protocol.ts";
import type { Replica } from "../../src/replica/replica.ts";
import { replicaRegistry } from "../../src/telemetry/replica-metrics.ts";
import { type CloudflareModule, exportOf, type FindApplication, noteCode } from "./code-names.ts";
import { IsolateDirectory } from "./isolate-directory.ts";

/** A replica in this isolate, with its own way to the deployments it calls. */
export interface Guest {
  readonly replica: Replica;
  readonly caller: Caller;
}

/** @throws what the user's code throws; ServeError `INVALID_APPLICATION` */
export async function startGuest(
  spec: ReplicaSpec,
  code: CloudflareModule,
  find: FindApplication,
  platform: Platform<CloudflareModule>,
): Promise<Guest> {
  const found = findNode(find(code), spec.deployment, exportOf(code));
  noteCode(spec.application, code);
  const caller = new Caller(new IsolateDirectory(find, platform), platform, replicaRegistry(spec));
  return {
    replica: await startReplica(spec, found, caller, platform.asyncContext),
    caller,
  };
}
