import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cacheOf, type Model, settled, User } from "./keeper.ts";

type Step =
  | { readonly ask: string; readonly user: number }
  | { readonly load: string; readonly fails: boolean }
  | { readonly dispose: string }
  | { readonly end: number }
  | { readonly cancel: number };

const id = fc.constantFrom("a", "b", "c", "d");
const user = fc.nat(4);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ ask: id, user }) },
  { weight: 3, arbitrary: fc.record({ load: id, fails: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ dispose: id }) },
  { weight: 3, arbitrary: fc.record({ end: user }) },
  { weight: 1, arbitrary: fc.record({ cancel: user }) },
);

/** Plays any story with a cache, and keeps its own books. */
class Story {
  readonly #made;
  readonly #maxModels: number;
  readonly #users = new Map<number, User>();
  /** What running calls were given. */
  readonly #inUse = new Map<User, Model[]>();
  #open = 0;

  constructor(maxModels: number) {
    this.#maxModels = maxModels;
    this.#made = cacheOf(maxModels);
  }

  async play(given: Step): Promise<void> {
    const { loads, disposals } = this.#made;
    if ("ask" in given) this.#ask(given.ask, this.#user(given.user));
    else if ("end" in given) this.#end(given.end);
    else if ("cancel" in given) this.#users.get(given.cancel)?.cancel("left");
    else if ("dispose" in given) disposals.get(given.dispose)?.resolve();
    else if (given.fails) loads.get(given.load)?.reject(new Error("no such file"));
    else await this.#made.loaded(given.load);
    await settled();
    this.check();
  }

  /** Lets all that is under way end: then nobody may still wait. */
  async finish(): Promise<void> {
    for (let round = 0; round < 100 && this.#open > 0; round += 1) {
      for (const number of this.#users.keys()) this.#end(number);
      for (const modelId of [...this.#made.loads.keys()]) await this.#made.loaded(modelId);
      for (const { resolve } of this.#made.disposals.values()) resolve();
      await settled();
      this.check();
    }
    expect(this.#open).toBe(0);
  }

  check(): void {
    const { loads, disposals, alive } = this.#made;
    expect(loads.size + disposals.size + alive()).toBeLessThanOrEqual(this.#maxModels);
    for (const models of this.#inUse.values()) {
      for (const { disposed } of models) expect(disposed).toBe(false);
    }
  }

  #user(number: number): User {
    const known = this.#users.get(number) ?? new User();
    this.#users.set(number, known);
    return known;
  }

  #ask(modelId: string, asking: User): void {
    this.#open += 1;
    const got = (model: Model) => {
      expect(model.modelId).toBe(modelId);
      if (!asking.ended) this.#inUse.set(asking, [...(this.#inUse.get(asking) ?? []), model]);
    };
    const over = () => {
      this.#open -= 1;
    };
    this.#made.cache
      .get(modelId, asking)
      .then(got, () => {})
      .finally(over);
  }

  #end(number: number): void {
    const ending = this.#users.get(number);
    if (!ending) return;
    this.#users.delete(number);
    this.#inUse.delete(ending);
    ending.end();
  }
}

describe("ModelCache, in any story", () => {
  it("has no more models than it may, disposes none in use, and leaves nobody waiting", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.array(step, { maxLength: 40 }),
        async (maxModels, steps) => {
          const story = new Story(maxModels);
          for (const one of steps) await story.play(one);
          await story.finish();
        },
      ),
      { numRuns: 300 },
    );
  });
});
