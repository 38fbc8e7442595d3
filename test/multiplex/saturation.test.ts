import { afterEach, describe, expect, it } from "vitest";
import { memory } from "../../adapters/memory/index.ts";
import { createServe, deployment, multiplexed } from "../../src/index.ts";

const serve = createServe(memory());
afterEach(() => serve.delete("default"));

const pause = () => new Promise((resolve) => setTimeout(resolve));

/** Runs so many calls at once, for each model in turn, and gives how often models were loaded. */
async function loadsOf(
  models: number,
  calls: number,
  options: { numReplicas: number; maxOngoingRequests: number; maxModels: number },
): Promise<number> {
  const { maxModels, ...rest } = options;
  let loads = 0;
  class Many {
    readonly #model = multiplexed(
      async () => {
        loads += 1;
        await pause();
        return {};
      },
      { maxModels },
    );

    async use() {
      await this.#model();
      await pause();
    }
  }
  const many = await serve.run(deployment(Many, rest).bind());
  const all = Array.from({ length: calls }, (_, at) =>
    many.options({ modelId: `model-${at % models}` }).use(),
  );
  await Promise.all(all);
  return loads;
}

describe("replicas that are never idle", () => {
  it.each([1, 4, 16])("go on with the models they have, %i calls at once each", async (cap) => {
    const options = { numReplicas: 2, maxOngoingRequests: cap, maxModels: 1 };
    // First come, first served would take up to 160 loads.
    expect(await loadsOf(2, 400, options)).toBeLessThan(10);
  });

  it("have each model once where there is room for all", async () => {
    const options = { numReplicas: 3, maxOngoingRequests: 8, maxModels: 4 };
    // First come, first served would take 450 loads.
    expect(await loadsOf(12, 600, options)).toBeLessThan(20);
  });
});
