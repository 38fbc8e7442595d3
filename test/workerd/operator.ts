import { expect } from "vitest";
import type { ApplicationConfig } from "../../src/config/application-config.ts";
import type { DeploymentOptions, ServeStatus } from "../../src/index.ts";
import type { Counted, orders } from "../fixtures/counting.ts";

type Patches = Readonly<Record<string, DeploymentOptions>>;

const SECONDS = 1_000;

export type Fetch = (path: string, init?: RequestInit) => Promise<Response>;

/** What a test does to the Worker of `controller.ts`, by requests alone. */
export class Operator {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  /** @param isolate see `controller.ts` */
  fetch(path: string, isolate = "", init: RequestInit = {}): Promise<Response> {
    return this.#fetch(path, { ...init, headers: { ...init.headers, "x-isolate": isolate } });
  }

  /** Asks the application of an isolate. */
  async ask(isolate = ""): Promise<Counted> {
    const response = await this.fetch("/", isolate);
    const text = await response.text();
    expect(response.status, text).toBe(200);
    return JSON.parse(text) as Counted;
  }

  async status(isolate: string): Promise<number> {
    return (await this.fetch("/", isolate)).status;
  }

  admin(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: "Bearer secret", "content-type": "application/json" };
    return this.fetch(`/api/serve${path}`, "", { ...init, headers });
  }

  async put(name: string, config: Partial<ApplicationConfig>): Promise<void> {
    await this.#change(`/applications/${name}`, "PUT", config);
  }

  async patch(name: string, deployments: Patches): Promise<void> {
    await this.#change(`/applications/${name}`, "PATCH", { deployments });
  }

  /** Resolves when that many run. */
  async scale(deployment: string, numReplicas: number): Promise<void> {
    const path = `/applications/default/deployments/${deployment}/scale`;
    await this.#change(path, "POST", { numReplicas });
    await this.settled();
  }

  async config(name: string): Promise<unknown> {
    return (await this.admin(`/applications/${name}`)).json();
  }

  async deployment(name: string) {
    const { applications } = (await (await this.admin("/status")).json()) as ServeStatus;
    return applications["default"]?.deployments[name];
  }

  async replicas(deployment: string) {
    return (await this.deployment(deployment))?.replicas ?? [];
  }

  async replicaIds(deployment: string): Promise<string[]> {
    return (await this.replicas(deployment)).map(({ replicaId }) => replicaId);
  }

  /** Resolves when what was declared runs, and nothing else. */
  async settled(): Promise<void> {
    const read = async () => {
      const { applications } = (await (await this.admin("/status")).json()) as ServeStatus;
      return applications["default"]?.status;
    };
    await expect.poll(read, { timeout: 15 * SECONDS, interval: 20 }).toBe("RUNNING");
  }

  async kill(replicaId: string): Promise<void> {
    await this.fetch(`/test/kill?${new URLSearchParams({ replica: replicaId })}`);
  }

  async order(what: Partial<typeof orders>): Promise<void> {
    await this.fetch("/test/order", "", { method: "POST", body: JSON.stringify(what) });
  }

  /** Calls that run in all replicas. */
  async ongoing(): Promise<number> {
    return Number(await (await this.fetch("/test/ongoing")).text());
  }

  async #change(path: string, method: string, body: unknown): Promise<void> {
    const response = await this.admin(path, { method, body: JSON.stringify(body) });
    expect(response.status, await response.text()).toBe(202);
  }
}
