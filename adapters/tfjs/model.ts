import type { Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { BackendName } from "./backend.ts";
import { inputShape } from "./input-shape.ts";
import type { Peers } from "./peers.ts";

/**
 * A model that is ready to answer. All who load the same model in one isolate share its weights, which live as long as
 * the isolate: there is nothing to dispose of.
 */
export interface Model {
  /** What computes, for display. */
  readonly backend: BackendName;
  /** The TensorFlow.js model, for what `predict` does not cover. */
  readonly layers: LayersModel;
  /**
   * The model's output for `values`, both flat and row-major. The batch size follows from the length; give `shape`
   * where the model leaves more dimensions open. Leaves no tensors behind.
   * @throws Error when the length does not fit the model, or the model has several inputs or outputs.
   */
  predict(values: Float32Array, shape?: readonly number[]): Promise<Float32Array>;
}

export function createModel(
  layers: LayersModel,
  backend: BackendName,
  { tensor, tidy }: Peers,
): Model {
  return {
    backend,
    layers,
    async predict(values, shape) {
      const declared = soleInput(layers);
      const input = () => tensor(values, [...(shape ?? inputShape(declared, values.length))]);
      // Not `layers.predict`, which cuts the batch into pieces of 32. One tensor comes back, as there is one output.
      const output = tidy(() => layers.predictOnBatch(input())) as Tensor;
      try {
        // `data` is right on every backend: WebGPU can't read synchronously, and WebAssembly answers at once anyway.
        return await output.data<"float32">();
      } finally {
        output.dispose();
      }
    },
  };
}

function soleInput({ inputs, outputs, name }: LayersModel): readonly (number | null)[] {
  const [input] = inputs;
  if (input === undefined || inputs.length > 1 || outputs.length > 1) {
    throw new Error(
      `isoserve/tfjs: ${name} has several inputs or outputs: use the model's layers.predict() for those`,
    );
  }
  return input.shape;
}
