import { mapApplications } from "../application.ts";
import { Caller } from "../caller.ts";
import type { Clock } from "../clock.ts";
import type { AsyncContext } from "../context.ts";
import type { ReplicaSource } from "../platform.ts";
import type { Directory } from "../router/directory.ts";
import type { Defer } from "./frame-port.ts";
import { InlineConnection } from "./inline.ts";
import type { ReplicaSpec } from "./protocol.ts";
import { Replica } from "./replica.ts";

/** What inline replicas need of their platform. */
export interface InlinePlatform {
  readonly clock: Clock;
  readonly asyncContext: AsyncContext;
  readonly defer: Defer;
}

/** Starts a replica in this thread, with routers of its own for the deployments it calls. */
export async function startInline(
  spec: ReplicaSpec,
  { node, nameOf }: Pick<ReplicaSource<unknown>, "node" | "nameOf">,
  directory: Directory,
  { clock, asyncContext, defer }: InlinePlatform,
): Promise<InlineConnection> {
  const caller = new Caller(directory, clock);
  const args = mapApplications(node.args, (application) =>
    caller.handle(`${spec.application}/${nameOf(application)}`),
  );
  const replica = await Replica.start(spec, node, args as unknown[], asyncContext);
  return new InlineConnection(replica, caller.handle, defer);
}
