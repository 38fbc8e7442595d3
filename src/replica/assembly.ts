import { type Application, type ApplicationNode, mapApplications } from "../application.ts";
import { type ApplicationGraph, applicationGraph } from "../application-graph.ts";
import type { Caller } from "../caller.ts";
import { ServeError } from "../errors.ts";
import type { DeploymentKey } from "../handle.ts";
import type { RouterOption } from "../router/router-option.ts";
import type { Scope } from "../telemetry/scope.ts";
import type { Terminate } from "./overdue.ts";
import type { ReplicaSpec } from "./protocol.ts";
import { Pulse } from "./pulse.ts";
import { Replica, type ReplicaPlatform } from "./replica.ts";

/** A node, and the names of the applications among its arguments. */
export interface FoundNode {
  readonly node: ApplicationNode;
  readonly referenceOf: ApplicationGraph["referenceOf"];
}

/**
 * Finds a deployment in an application that was evaluated again where its replica runs.
 *
 * @param where the module, for the message
 * @throws ServeError `INVALID_APPLICATION`
 */
export function findNode(
  application: Application<unknown>,
  deployment: string,
  where: string,
): FoundNode {
  const { nodes, referenceOf } = applicationGraph(application);
  const node = nodes.find(({ name }) => name === deployment);
  if (node) return { node, referenceOf };
  throw new ServeError(
    "INVALID_APPLICATION",
    `${where}: the application it exports has no deployment ${deployment}, it has ${nodes.map(({ name }) => name).join(", ")}; is this the module that serve.run's application came from, with class names kept if it is minified?`,
  );
}

/**
 * Starts a replica whose handles call through `caller`.
 *
 * @param terminate absent where nothing can end it
 * @throws what the user's code throws
 */
export function startReplica(
  spec: ReplicaSpec,
  { node, referenceOf }: FoundNode,
  caller: Caller,
  { asyncContext, hold, keepAlive }: Pick<ReplicaPlatform, "asyncContext" | "hold" | "keepAlive">,
  scope: Scope,
  pulse = new Pulse(),
  terminate?: Terminate,
): Promise<Replica> {
  const args = mapApplications(node.args, (application) =>
    caller.handle(`${spec.application}/${referenceOf(application)}`),
  );
  const { clock } = caller;
  const platform = { asyncContext, clock, scope, hold, keepAlive, terminate };
  return Replica.start(spec, node, args as unknown[], platform, pulse);
}

/** What an application's code says of its deployments' routers, by the deployment's key. */
export function routersIn(
  name: string,
  application: Application<unknown>,
): ReadonlyMap<DeploymentKey, RouterOption> {
  const { nodes } = applicationGraph(application);
  return new Map(nodes.map((node) => [`${name}/${node.name}`, node.options.router]));
}
