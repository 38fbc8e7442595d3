import type { ApplicationConfig } from "../config/application-config.ts";
import { ServeError } from "../errors.ts";
import type { StateStore } from "../state-store.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import type { DeclaredApplication } from "./declarations.ts";

const KEY = "target";

type DeclaredByName = ReadonlyMap<string, DeclaredApplication>;

/** The target state as it was last saved: it changes once the store has the change. */
export class SavedTarget {
  readonly #store: StateStore;
  #applications: DeclaredByName = new Map();
  #targetCapacity: number | undefined;
  #revision = 0;
  /** The revision of the stored document. */
  #stored = 0;

  constructor(store: StateStore) {
    this.#store = store;
  }

  get applications(): readonly DeclaredApplication[] {
    return [...this.#applications.values()];
  }

  get targetCapacity(): number | undefined {
    return this.#targetCapacity;
  }

  get(name: string): DeclaredApplication | undefined {
    return this.#applications.get(name);
  }

  /** Reads what the store has; false where it has nothing. @throws ServeError `STATE_UNREADABLE` */
  async load(): Promise<boolean> {
    const document = await this.#store.get(KEY);
    if (!document) return false;
    const { applications, revision, targetCapacity } = decodeCheckpoint(document.text);
    this.#stored = document.revision;
    this.#revision = revision;
    this.#targetCapacity = targetCapacity;
    this.#applications = new Map(applications.map((one) => [one.config.name, one]));
    return true;
  }

  /** Makes these all that is declared. An application whose configuration is the same keeps its revision. */
  async replace(
    configs: readonly ApplicationConfig[],
    targetCapacity: number | undefined,
  ): Promise<void> {
    await this.#save(
      new Map(configs.map((config) => [config.name, this.#declare(config)])),
      targetCapacity,
    );
  }

  async put(config: ApplicationConfig): Promise<DeclaredApplication> {
    const declared = this.#declare(config);
    await this.#save(new Map(this.#applications).set(config.name, declared), this.#targetCapacity);
    return declared;
  }

  async remove(name: string): Promise<void> {
    if (!this.#applications.has(name)) return;
    const applications = new Map(this.#applications);
    applications.delete(name);
    await this.#save(applications, this.#targetCapacity);
  }

  /** @throws ServeError `CONFLICT` when another revision than the expected one is declared */
  expect(name: string, expected: number | undefined): void {
    const revision = this.get(name)?.revision ?? 0;
    if (expected === undefined || expected === revision) return;
    throw new ServeError(
      "CONFLICT",
      `application ${name}: it was changed meanwhile (revision ${revision}, not ${expected}); read it again`,
    );
  }

  #declare(config: ApplicationConfig): DeclaredApplication {
    const before = this.get(config.name);
    if (before && JSON.stringify(before.config) === JSON.stringify(config)) return before;
    this.#revision += 1;
    return { config, revision: this.#revision };
  }

  async #save(applications: DeclaredByName, targetCapacity: number | undefined): Promise<void> {
    const text = encodeCheckpoint({
      targetCapacity,
      revision: this.#revision,
      applications: [...applications.values()],
    });
    this.#stored = await this.#store.put(KEY, text, this.#stored);
    this.#applications = applications;
    this.#targetCapacity = targetCapacity;
  }
}
