import { createTestHarness } from "wrangler";
import type { Counted } from "../fixtures/counting.ts";
import { Operator } from "./operator.ts";

type Harness = ReturnType<typeof createTestHarness>;

export interface Answer {
  readonly status: number;
  /** Which one answered, or what went wrong. */
  readonly replica: string;
}

/** A Worker that has a controller, in workerd as Wrangler's tests run it. */
export class ControlledWorker extends Operator {
  readonly #harness: Harness;

  constructor(config: string) {
    const configPath = new URL(config, import.meta.url);
    const harness = createTestHarness({ workers: [{ configPath }] });
    super((path, init) => harness.fetch(path, init as never) as never);
    this.#harness = harness;
  }

  async listen(): Promise<void> {
    await this.#harness.listen();
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

  async evictController(): Promise<void> {
    await this.#harness.getWorker().evictDurableObject("Controller", { name: "controller" });
  }

  async evictReplica(replicaId: string): Promise<void> {
    await this.#harness.getWorker().evictDurableObject("Replica", { name: replicaId });
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
}
