import { mapApplications } from "../application.ts";
import { Caller, type CallerPlatform } from "../caller.ts";
import type { AsyncContext } from "../context.ts";
import type { ReplicaSource } from "../platform.ts";
import type { Directory } from "../router/directory.ts";
import type { Defer } from "./frame-port.ts";
import { InlineConnection } from "./inline.ts";
import type { ReplicaSpec } from "./protocol.ts";
import { Replica } from "./replica.ts";

/** What inline replicas need of their platform. */
export interface InlinePlatform extends CallerPlatform {
  readonly asyncContext: AsyncContext;
  readonly defer: Defer;
}

/** Starts a replica in this thread, with routers of its own for the deployments it calls. */
export async function startInline(
  spec: ReplicaSpec,
  { node, nameOf }: Pick<ReplicaSource<unknown>, "node" | "nameOf">,
  directory: Directory,
  platform: InlinePlatform,
): Promise<InlineConnection> {
  const caller = new Caller(directory, platform);
  const args = mapApplications(node.args, (application) =>
    caller.handle(`${spec.application}/${nameOf(application)}`),
  );
  const replica = await Replica.start(spec, node, args as unknown[], platform.asyncContext);
  return new InlineConnection(replica, caller.handle, platform.defer);
}
