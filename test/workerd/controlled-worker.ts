import { expect } from "vitest";
import { createTestHarness } from "wrangler";
import type { ApplicationConfig } from "../../src/config/application-config.ts";
import type { DeploymentOptions, ServeStatus } from "../../src/index.ts";
import type { Counted, orders } from "../fixtures/counting.ts";

type Patches = Readonly<Record<string, DeploymentOptions>>;
type Harness = ReturnType<typeof createTestHarness>;

const SECONDS = 1_000;

export interface Answer {
  readonly status: number;
  /** Which one answered, or what went wrong. */
  readonly replica: string;
}

/** A Worker in workerd that has a controller, with all that a test does to it. */
export class ControlledWorker {
  readonly #harness: Harness;

  constructor(config: string) {
    this.#harness = createTestHarness({
      workers: [{ configPath: new URL(config, import.meta.url) }],
    });
  }

  async listen(): Promise<URL> {
    return (await this.#harness.listen()).url;
  }

  close(): Promise<void> {
    return this.#harness.close();
  }

  /** All that was logged. */
  log(): string {
    return this.#harness
      .getLogs()
      .map(({ message }) => message)
      .join("\n");
  }

  fetch(path: string, isolate = "", init: RequestInit = {}): Promise<Response> {
    const headers = { ...init.headers, "x-isolate": isolate };
    return this.#harness.fetch(path, { ...init, headers } as never) as never;
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

  async evictController(): Promise<void> {
    await this.#harness.getWorker().evictDurableObject("Controller", { name: "controller" });
  }

  async evictReplica(replicaId: string): Promise<void> {
    await this.#harness.getWorker().evictDurableObject("Replica", { name: replicaId });
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

  /** Requests of several clients without a pause, each to the next of the isolates, until they are told to stop. */
  load(isolates: readonly string[], clients: number) {
    const answers: Answer[] = [];
    let going = true;
    let turn = 0;
    const client = async () => {
      while (going) {
        turn += 1;
        const response = await this.fetch("/?ms=2", isolates[turn % isolates.length]);
        const { status } = response;
        const text = await response.text();
        const replica = status === 200 ? (JSON.parse(text) as Counted).replica : text;
        answers.push({ status, replica });
      }
    };
    const running = Array.from({ length: clients }, client);
    const stop = async () => {
      going = false;
      await Promise.all(running);
      return answers;
    };
    return { answers, stop };
  }

  async readTarget(): Promise<string> {
    const storage = await this.#controllerStorage();
    const select = "SELECT text FROM isoserve_documents WHERE key = 'target'";
    const [row] = (await storage.exec(select)) as unknown as { text: string }[];
    return row?.text ?? "";
  }

  /** Returns what was there before. */
  async writeTarget(text: string): Promise<string> {
    const before = await this.readTarget();
    const storage = await this.#controllerStorage();
    await storage.exec("UPDATE isoserve_documents SET text = ? WHERE key = 'target'", text);
    return before;
  }

  #controllerStorage() {
    return this.#harness.getWorker().getDurableObjectStorage("Controller", { name: "controller" });
  }

  async #change(path: string, method: string, body: unknown): Promise<void> {
    const response = await this.admin(path, { method, body: JSON.stringify(body) });
    expect(response.status, await response.text()).toBe(202);
  }
}
