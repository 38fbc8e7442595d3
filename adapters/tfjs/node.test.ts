import { memory } from "@tensorflow/tfjs-core";
import { beforeEach, expect, test } from "vitest";
import { loadLayersModel, readyBackend, useBackend } from "./node.ts";
import type { SavedModel } from "./saved-model.ts";

/** One dense layer: (a, b) becomes (a + 3b + 0.5, 2a + 4b). */
const dense = (): SavedModel => ({
  modelTopology: {
    class_name: "Sequential",
    config: {
      layers: [
        { class_name: "Dense", config: { name: "dense", units: 2, batch_input_shape: [null, 2] } },
      ],
    },
  },
  weightSpecs: [
    { name: "dense/kernel", shape: [2, 2], dtype: "float32" },
    { name: "dense/bias", shape: [2], dtype: "float32" },
  ],
  weights: Buffer.from(new Float32Array([1, 2, 3, 4, 0.5, 0]).buffer).toString("base64"),
});

const listeners = () => [
  process.listeners("uncaughtException"),
  process.listeners("unhandledRejection"),
];
const listenersAtStart = listeners();

let saved: SavedModel;
beforeEach(() => {
  saved = dense();
});

test("a model answers one item, and many in one batch", async () => {
  const model = await loadLayersModel(saved);
  expect(model.backend).toBe("wasm");
  expect([...(await model.predict(Float32Array.of(1, 1)))]).toEqual([4.5, 6]);
  const batch = await model.predict(Float32Array.from({ length: 200 }, (_, index) => index % 2));
  expect(batch).toHaveLength(200);
  expect([...batch.subarray(198)]).toEqual([3.5, 4]);
});

test("callers in one isolate share a model's weights", async () => {
  const [first, second] = await Promise.all([
    loadLayersModel(saved),
    loadLayersModel(saved, { warmUpBatchSizes: [1, 4] }),
  ]);
  expect(second).toBe(first);
});

test("predictions and warm-ups leave no tensors behind, refused ones neither", async () => {
  const model = await loadLayersModel(saved);
  const before = memory().numTensors;
  await loadLayersModel(saved, { warmUpBatchSizes: [1, 2] });
  await Promise.all([model.predict(Float32Array.of(1, 2)), model.predict(Float32Array.of(3, 4))]);
  await expect(model.predict(Float32Array.of(1, 2, 3))).rejects.toThrow(
    "takes [?, 2], 2 values an item, not 3",
  );
  await expect(model.predict(Float32Array.of(1, 2, 3), [1, 3])).rejects.toThrow();
  expect(memory().numTensors).toBe(before);
});

test("predict refuses a model with two outputs, with a shape given too", async () => {
  const node = [[["dense", 0, 0, {}]]];
  const [layer] = (saved.modelTopology as { config: { layers: object[] } }).config.layers;
  const twins = {
    class_name: "Model",
    config: {
      name: "twins",
      layers: [
        {
          class_name: "InputLayer",
          name: "in",
          config: { name: "in", batch_input_shape: [null, 2] },
          inbound_nodes: [],
        },
        { ...layer, name: "dense", inbound_nodes: [[["in", 0, 0, {}]]] },
        {
          class_name: "Activation",
          name: "relu",
          config: { name: "relu", activation: "relu" },
          inbound_nodes: node,
        },
      ],
      input_layers: [["in", 0, 0]],
      output_layers: [
        ["dense", 0, 0],
        ["relu", 0, 0],
      ],
    },
  };
  const model = await loadLayersModel({ ...saved, modelTopology: twins });
  const before = memory().numTensors;
  await expect(model.predict(Float32Array.of(1, 2), [1, 2])).rejects.toThrow(
    "twins has several inputs or outputs",
  );
  expect(memory().numTensors).toBe(before);
});

test("what failed to load is tried anew", async () => {
  const broken = { ...saved, weights: "AAAA" };
  await expect(loadLayersModel(broken)).rejects.toThrow();
  broken.weights = saved.weights;
  expect([...(await (await loadLayersModel(broken)).predict(Float32Array.of(0, 0)))]).toEqual([
    0.5, 0,
  ]);
});

test("the backend says why a better one was skipped", async () => {
  expect(await readyBackend()).toEqual({
    name: "wasm",
    skipped: [{ name: "webgpu", reason: "no WebGPU adapter" }],
  });
});

test("a backend can't be asked for too late", async () => {
  await readyBackend();
  expect(() => useBackend("webgpu")).toThrow('useBackend("webgpu") comes after a model was loaded');
});

test("the process is left as it was before the backend started", async () => {
  await readyBackend();
  expect(listeners()).toEqual(listenersAtStart);
  expect(process.version).toMatch(/^v/);
});
