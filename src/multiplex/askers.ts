import type { ModelUser } from "./model-user.ts";

/** One call that waits for a model. */
export interface Asker<M> {
  readonly modelId: string;
  readonly user: ModelUser | undefined;
  readonly resolve: (model: Promise<M>) => void;
  readonly reject: (error: unknown) => void;
}

/** Who waits for a model to have a place: first come, first served. */
export class Askers<M> {
  readonly #all = new Set<Asker<M>>();

  add(asker: Asker<M>): void {
    this.#all.add(asker);
  }

  /** False when it was gone already. */
  remove(asker: Asker<M>): boolean {
    return this.#all.delete(asker);
  }

  /** The models they ask for, the first one next. */
  get modelIds(): readonly string[] {
    return [...new Set([...this.#all].map(({ modelId }) => modelId))];
  }

  /** The calls that wait. */
  get users(): ReadonlySet<ModelUser | undefined> {
    return new Set([...this.#all].map(({ user }) => user));
  }

  get size(): number {
    return this.#all.size;
  }

  first(modelId: string): Asker<M> | undefined {
    return [...this.#all].find((asker) => asker.modelId === modelId);
  }

  last(matches: (user: ModelUser | undefined) => boolean): Asker<M> | undefined {
    return [...this.#all].findLast(({ user }) => matches(user));
  }

  /** Takes out those who ask for a model. */
  take(modelId: string): readonly Asker<M>[] {
    const taken = [...this.#all].filter((asker) => asker.modelId === modelId);
    for (const asker of taken) this.#all.delete(asker);
    return taken;
  }

  fail(error: unknown): void {
    for (const { reject } of this.#all) reject(error);
    this.#all.clear();
  }
}
