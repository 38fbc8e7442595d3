import type { ApplicationConfig, TargetConfig } from "../../src/config/application-config.ts";
import type { Declarations, DeclaredApplication } from "../../src/controller/declarations.ts";
import { ServeError } from "../../src/errors.ts";

/** Declarations that nothing acts on: each change takes a turn of the event loop, as one that is saved does. */
export class MemoryDeclarations implements Declarations {
  #applications: readonly DeclaredApplication[] = [];
  #targetCapacity: number | undefined;
  #revision = 0;
  #last: Promise<unknown> = Promise.resolve();

  get applications(): readonly DeclaredApplication[] {
    return this.#applications;
  }

  get targetCapacity(): number | undefined {
    return this.#targetCapacity;
  }

  replace({ targetCapacity, applications }: TargetConfig): Promise<void> {
    return this.#inTurn(() => {
      this.#targetCapacity = targetCapacity;
      this.#applications = applications.map((config) => this.#declared(config));
    });
  }

  put(config: ApplicationConfig, expected: number | undefined): Promise<DeclaredApplication> {
    return this.#inTurn(() => {
      this.#expect(config.name, expected);
      const declared = this.#declared(config);
      this.#applications = [...this.#without(config.name), declared];
      return declared;
    });
  }

  delete(name: string, expected: number | undefined): Promise<void> {
    return this.#inTurn(() => {
      if (!this.#find(name)) throw new ServeError("NOT_FOUND", `no application ${name}`);
      this.#expect(name, expected);
      this.#applications = this.#without(name);
    });
  }

  scale(application: string, deployment: string, numReplicas: number): Promise<void> {
    return this.#inTurn(() => {
      const found = this.#find(application);
      if (!found) throw new ServeError("NOT_FOUND", `no application ${application}`);
      if (numReplicas < 1) {
        throw new ServeError("INVALID_OPTION", `scale: numReplicas must be at least 1`);
      }
      const others = (found.config.deployments ?? []).filter(({ name }) => name !== deployment);
      const deployments = [...others, { name: deployment, numReplicas }];
      const declared = this.#declared({ ...found.config, deployments });
      this.#applications = [...this.#without(application), declared];
    });
  }

  async setTraffic(): Promise<void> {}

  async recover(): Promise<void> {}

  #inTurn<T>(change: () => T): Promise<T> {
    const done = this.#last.then(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return change();
    });
    this.#last = done.catch(() => {});
    return done;
  }

  #declared(config: ApplicationConfig): DeclaredApplication {
    this.#revision += 1;
    return { config, revision: this.#revision };
  }

  #find(name: string): DeclaredApplication | undefined {
    return this.#applications.find(({ config }) => config.name === name);
  }

  #without(name: string): readonly DeclaredApplication[] {
    return this.#applications.filter(({ config }) => config.name !== name);
  }

  #expect(name: string, expected: number | undefined): void {
    const revision = this.#find(name)?.revision ?? 0;
    if (expected === undefined || expected === revision) return;
    throw new ServeError("CONFLICT", `${name} is at revision ${revision}, not ${expected}`);
  }
}
