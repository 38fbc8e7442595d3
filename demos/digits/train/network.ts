import { tensor2d, tensor4d, tidy, train } from "@tensorflow/tfjs-core";
import { initializers, layers, type Sequential, sequential } from "@tensorflow/tfjs-layers";
import { SIDE } from "../decoder.ts";
import type { Samples } from "./dataset.ts";
import { type Random, shuffle } from "./random.ts";

/** Learning rate of each epoch: it falls, for the last half a point of accuracy. */
const RATES = [2e-3, 2e-3, 2e-3, 1.5e-3, 1e-3, 7e-4, 5e-4, 3e-4, 2e-4, 1e-4];
const BATCH = 64;
export const EPOCHS = RATES.length;

/** [batch, 28, 28, 1] to ten probabilities. Small on purpose: it also runs where there is no WebAssembly. */
export function network(seed: number): Sequential {
  const start = (layer: number) => initializers.heNormal({ seed: seed + layer });
  const convolution = (filters: number, layer: number) =>
    ({
      filters,
      kernelSize: 3,
      padding: "same",
      activation: "relu",
      kernelInitializer: start(layer),
    }) as const;
  return sequential({
    layers: [
      layers.conv2d({ inputShape: [SIDE, SIDE, 1], ...convolution(8, 0) }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d(convolution(16, 1)),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d(convolution(32, 2)),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 64, activation: "relu", kernelInitializer: start(3) }),
      layers.dense({ units: 10, activation: "softmax", kernelInitializer: start(4) }),
    ],
  });
}

/** Trains in place; `report` hears of each epoch's mean loss. */
export async function fit(
  model: Sequential,
  samples: Samples,
  random: Random,
  report: (epoch: number, loss: number) => void,
): Promise<void> {
  const optimizer = train.adam(RATES[0]);
  model.compile({ optimizer, loss: "categoricalCrossentropy" });
  for (const [epoch, rate] of RATES.entries()) {
    // Adam keeps its moments from one epoch to the next, so the rate is set rather than the optimizer replaced.
    Object.assign(optimizer, { learningRate: rate });
    const order = shuffle(random, [...samples.labels.keys()]);
    let loss = 0;
    for (let at = 0; at + BATCH <= order.length; at += BATCH) {
      const { images, targets } = batch(samples, order.slice(at, at + BATCH));
      loss += Number(await model.trainOnBatch(images, targets));
      images.dispose();
      targets.dispose();
    }
    report(epoch + 1, loss / Math.floor(order.length / BATCH));
  }
}

function batch({ pixels, labels }: Samples, chosen: readonly number[]) {
  const values = new Float32Array(chosen.length * SIDE * SIDE);
  const targets = new Float32Array(chosen.length * 10);
  for (const [row, sample] of chosen.entries()) {
    const start = sample * SIDE * SIDE;
    for (let i = 0; i < SIDE * SIDE; i++)
      values[row * SIDE * SIDE + i] = (pixels[start + i] ?? 0) / 255;
    targets[row * 10 + (labels[sample] ?? 0)] = 1;
  }
  return tidy(() => ({
    images: tensor4d(values, [chosen.length, SIDE, SIDE, 1]),
    targets: tensor2d(targets, [chosen.length, 10]),
  }));
}
