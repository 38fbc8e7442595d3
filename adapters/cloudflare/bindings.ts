import { env } from "cloudflare:workers";
import { ServeError } from "../../src/errors.ts";
import { CONTROLLER_NAME, type ControllerRpc } from "./controller-rpc.ts";
import type { ReplicaRpc } from "./replica-rpc.ts";

/** A Durable Object namespace, as far as it is needed here. */
export interface Namespace<Rpc> {
  getByName(name: string): Rpc;
}

export type ReplicaNamespace = Namespace<ReplicaRpc>;

/** What the Worker's bindings are called. */
export interface BindingNames {
  /** Of the class `Replica`. */
  readonly replica: string;
  /** Of the class `Controller`. */
  readonly controller: string;
}

/** The Worker's own objects. Stubs must not outlive the request they were made in: ask each time. */
export interface Bindings {
  replicas(): ReplicaNamespace;
  controller(): ControllerRpc;
}

export function bindingsOf({ replica, controller }: BindingNames): Bindings {
  return {
    replicas: () => namespaceOf<ReplicaRpc>(replica),
    controller: () => namespaceOf<ControllerRpc>(controller).getByName(CONTROLLER_NAME),
  };
}

export function isBound(binding: string): boolean {
  return (env as Readonly<Record<string, unknown>>)[binding] !== undefined;
}

/**
 * @param names those that are needed
 * @throws ServeError `INVALID_OPTION` in one line, which says what to add to the Wrangler configuration
 */
export function checkBindings(names: Partial<BindingNames>, why: string): void {
  const wanted = [
    [names.replica, "Replica"],
    [names.controller, "Controller"],
  ] as const;
  const missing = wanted.filter(([name]) => name !== undefined && !isBound(name));
  if (missing.length === 0) return;
  const bindings = missing.map(([name, className]) =>
    JSON.stringify({ name, class_name: className }),
  );
  const classes = missing.map(([, className]) => className);
  const exports = classes.map((name) => `export const ${name} = worker.${name}`).join("; ");
  throw new ServeError(
    "INVALID_OPTION",
    `createWorker: ${why} needs Durable Objects that are not bound; add to the Wrangler configuration durable_objects.bindings ${bindings.join(" and ")} and a migration with new_sqlite_classes ${JSON.stringify(classes)}, and to the entry module ${exports}`,
  );
}

/** @throws ServeError `INVALID_OPTION` when there is no such binding */
export function namespaceOf<Rpc>(binding: string): Namespace<Rpc> {
  const namespace = (env as Readonly<Record<string, unknown>>)[binding];
  if (namespace) return namespace as Namespace<Rpc>;
  throw new ServeError(
    "INVALID_OPTION",
    `no Durable Object binding ${binding}; add it to durable_objects.bindings in the Wrangler configuration`,
  );
}
