import { findNode, startReplica } from "../../src/replica/assembly.ts";
import type { Replica } from "../../src/replica/replica.ts";
import { scopeOf } from "../../src/telemetry/replica-scope.ts";
import { exportOf } from "./code-names.ts";
import { IsolateDirectory, type IsolateEnvironment } from "./isolate-directory.ts";
import { ReplicaClients } from "./replica-clients.ts";
import type { ReplicaOrigin } from "./replica-rpc.ts";

/** A replica in its own object, with the isolates that call it and its own way to the deployments it calls. */
export interface Guest {
  readonly replica: Replica;
  readonly clients: ReplicaClients;
  readonly directory: IsolateDirectory;
}

/** @throws what the user's code throws; ServeError `INVALID_APPLICATION` */
export async function startGuest(
  { spec, code }: ReplicaOrigin,
  environment: IsolateEnvironment,
): Promise<Guest> {
  const { find, platform } = environment;
  const scope = scopeOf(spec, platform.log, platform.clock);
  const directory = new IsolateDirectory(environment, scope.registry, undefined, () => {});
  // It may call nobody, and whom it calls it can learn later.
  await directory.ready()?.catch(() => {});
  const found = findNode(find(code), spec.deployment, exportOf(code));
  const replica = await startReplica(spec, found, directory.caller, platform, scope);
  return { replica, clients: new ReplicaClients(replica), directory };
}
