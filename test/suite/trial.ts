import type { Json } from "../../src/config/application-config.ts";
import type { Application, Handle } from "../../src/index.ts";
import type * as apps from "../fixtures/apps.ts";
import type { Gate } from "../fixtures/gate.ts";
import type { SuiteHost } from "./case.ts";
import type { Connect } from "./socket-client.ts";

export type AppName = keyof typeof apps;
type Exported<K extends AppName> = (typeof apps)[K] extends (args: never) => infer A
  ? A
  : (typeof apps)[K];
type Serves<K extends AppName> = Exported<K> extends Application<infer T> ? T : never;

/** An application that a case runs. */
export interface Running<K extends AppName> {
  readonly name: string;
  readonly prefix: string;
  readonly handle: Handle<Serves<K>>;
  /** The handle without its types, for what the types forbid. */
  readonly untyped: Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;
  /** Its `Gate` deployment. */
  readonly gate: Handle<Gate>;
  /** The ids of a deployment's replicas, as `status` lists them. */
  replicas(deployment: string): readonly string[];
  /** Sends a request to its part of the URL space. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Opens a WebSocket there. */
  readonly connect: Connect;
}

export interface RunPlace {
  readonly name?: string;
  readonly routePrefix?: string;
  /** What a builder is given. */
  readonly args?: Json;
}

let trials = 0;

/** What one case works with: it runs applications under fresh names and deletes them at its end. */
export class Trial {
  readonly serve: SuiteHost["serve"];
  readonly bodyLimitBytes: number;
  readonly log: SuiteHost["log"];
  readonly #host: SuiteHost;
  readonly #names: string[] = [];

  constructor(host: SuiteHost) {
    this.serve = host.serve;
    this.log = host.log;
    this.bodyLimitBytes = host.bodyLimitBytes;
    this.#host = host;
  }

  async run<K extends AppName>(exportName: K, place: RunPlace = {}): Promise<Running<K>> {
    trials += 1;
    const { serve } = this;
    const { name = `${exportName}-${trials}`, routePrefix = `/${exportName}-${trials}` } = place;
    const handle = await this.#host.run(exportName, { ...place, name, routePrefix });
    this.#names.push(name);
    return {
      name,
      prefix: routePrefix,
      handle: handle as unknown as Handle<Serves<K>>,
      untyped: handle as never,
      get gate() {
        return serve.handle<Gate>(`${name}/Gate`);
      },
      replicas: (deployment) => {
        const found = serve.status().applications[name]?.deployments[deployment]?.replicas;
        return found?.map(({ replicaId }) => replicaId) ?? [];
      },
      fetch: (path, init) => serve.fetch(request(`${routePrefix}${path}`, init)),
      connect: (path, protocols) => this.#host.connect(`${routePrefix}${path}`, protocols),
    };
  }

  kill(replicaId: string): Promise<void> {
    return this.#host.kill(replicaId);
  }

  /** Deletes what the case ran and has not deleted itself. */
  async end(): Promise<void> {
    const running = this.serve.status().applications;
    const left = [...new Set(this.#names)].filter((name) => Object.hasOwn(running, name));
    await Promise.all(left.map((name) => this.serve.delete(name)));
  }
}

export function request(path: string, init?: RequestInit): Request {
  return new Request(`http://suite.test${path}`, init);
}
