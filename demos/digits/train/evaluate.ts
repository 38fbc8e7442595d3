import { argMax, type Tensor, tensor4d, tidy } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { SIDE } from "../decoder.ts";
import type { Samples } from "./dataset.ts";

const BATCH = 500;

export interface Evaluation {
  /** Share of samples whose most probable digit is the right one. */
  accuracy: number;
  /** The wrong ones: which sample, what it is and what the model took it for. */
  mistakes: { sample: number; digit: number; taken: number }[];
}

export function evaluate(model: LayersModel, { pixels, labels }: Samples): Evaluation {
  const mistakes: Evaluation["mistakes"] = [];
  for (let at = 0; at < labels.length; at += BATCH) {
    const count = Math.min(BATCH, labels.length - at);
    const values = Float32Array.from(
      pixels.subarray(at * SIDE ** 2, (at + count) * SIDE ** 2),
      (value) => value / 255,
    );
    const taken = tidy(() => {
      const probabilities = model.predict(tensor4d(values, [count, SIDE, SIDE, 1])) as Tensor;
      return argMax(probabilities, 1).dataSync();
    });
    for (const [i, digit] of labels.subarray(at, at + count).entries()) {
      if (taken[i] !== digit) mistakes.push({ sample: at + i, digit, taken: taken[i] ?? -1 });
    }
  }
  return { accuracy: 1 - mistakes.length / labels.length, mistakes };
}
