import { Caller } from "../../src/caller.ts";
import type { Platform } from "../../src/index.ts";
import { findNode, startReplica } from "../../src/replica/assembly.ts";
import type { ReplicaSpec } from "../../src/replica/protocol.ts";
import type { Replica } from "../../src/replica/replica.ts";
import { type FindApplication, noteCode } from "./code-names.ts";
import { IsolateDirectory } from "./isolate-directory.ts";

/** A replica in this isolate, with its own way to the deployments it calls. */
export interface Guest {
  readonly replica: Replica;
  readonly caller: Caller;
}

/** @throws what the user's code throws; ServeError `INVALID_APPLICATION` */
export async function startGuest(
  spec: ReplicaSpec,
  exportName: string,
  find: FindApplication,
  platform: Platform<string>,
): Promise<Guest> {
  const found = findNode(find(exportName), spec.deployment, exportName);
  noteCode(spec.application, exportName);
  const caller = new Caller(new IsolateDirectory(find, platform), platform);
  return {
    replica: await startReplica(spec, found, caller, platform.asyncContext),
    caller,
  };
}
