import { describe, expectTypeOf, test } from "vitest";
import {
  type Batched,
  type BatchedStream,
  type BatchStream,
  batch,
  type DeploymentResponse,
  deployment,
  type Handle,
} from "../src/index.ts";

class Model {
  readonly scale = 2;
  readonly predict = batch(
    async (images: Float32Array[]) => images.map(({ length }) => `${this.scale * length}`),
    { maxBatchSize: 4, batchSizeFn: (images) => images.length },
  );
  readonly atOnce = batch((values: readonly number[]) => values.map((value) => value > 0));
  readonly some = batch(async (values: number[]) =>
    values.map((value) => (value > 0 ? { value } : new RangeError("too small"))),
  );
  readonly generate = batch((prompts: string[]) => this.#generate(prompts));
  readonly count = batch(async function* (values: number[]) {
    yield values.map((value) => (value > 0 ? value : batch.end));
    yield values.map((value) => (value > 0 ? value : undefined));
  });

  async *#generate(prompts: string[]) {
    yield prompts.map((prompt) => prompt.length);
  }
}

declare const handle: Handle<Model>;
declare const model: Model;

describe("batch", () => {
  test("takes arrays and makes a function of one item", () => {
    expectTypeOf(model.predict).toExtend<Batched<Float32Array, string>>();
    expectTypeOf(model.predict(new Float32Array(1))).toEqualTypeOf<Promise<string>>();
    expectTypeOf(model.atOnce(1)).toEqualTypeOf<Promise<boolean>>();
    expectTypeOf(model.generate("")).toEqualTypeOf<BatchStream<number>>();
    expectTypeOf(model.count).toExtend<BatchedStream<number, number>>();
    // @ts-expect-error one item, not several
    void model.predict([new Float32Array(1)]);
    // @ts-expect-error a string is no number
    void model.atOnce("1");
  });

  test("is a method of a handle", async () => {
    expectTypeOf(handle.predict).returns.toEqualTypeOf<DeploymentResponse<string>>();
    expectTypeOf(handle.atOnce(1)).toEqualTypeOf<DeploymentResponse<boolean>>();
    expectTypeOf(handle.generate("")).toEqualTypeOf<
      DeploymentResponse<AsyncIterable<number>, number>
    >();
    for await (const chunk of handle.count(1)) expectTypeOf(chunk).toEqualTypeOf<number>();
    for await (const chunk of model.count(1)) expectTypeOf(chunk).toEqualTypeOf<number>();
    // @ts-expect-error a handle takes the item alone
    void handle.predict(new Float32Array(1), 2);
    // @ts-expect-error a string is no number
    void handle.atOnce("1");
  });

  test("may fail items one by one", () => {
    expectTypeOf(model.some).returns.toExtend<Promise<{ value: number } | RangeError>>();
  });

  test("checks its function and options", () => {
    // @ts-expect-error a function of items gives an array
    batch(async (values: number[]) => values.length);
    // @ts-expect-error no such option
    batch(async (values: number[]) => values, { size: 4 });
    // @ts-expect-error it is given numbers
    batch(async (values: number[]) => values, { batchSizeFn: (_texts: readonly string[]) => 1 });
    model.predict.configure({ maxBatchSize: 4, batchWaitMs: 5 });
    // @ts-expect-error a size is a number
    model.predict.configure({ maxBatchSize: "4" });
  });

  test("makes a deployment of a function", () => {
    const application = deployment(
      batch(async (values: number[]) => values),
      { name: "f" },
    ).bind();
    expectTypeOf(application).toHaveProperty("__serves");
  });
});
