import { loadLayersModel, type Model } from "isoserve/tfjs";
import saved from "./model.json" with { type: "json" };

const PIXELS = 28 * 28;

export interface Answer {
  digit: number;
  /** One for each digit; they sum to 1. */
  probabilities: number[];
  /** What computed it: "webgpu" or "wasm". */
  backend: string;
}

/** Reads handwritten digits. */
export class Classifier {
  #model: Model | undefined;

  async init(): Promise<void> {
    this.#model = await loadLayersModel(saved, { warmUpBatchSizes: [1] });
  }

  /** @param pixels 28 × 28 values, row by row, ink 1 on paper 0. */
  async classify(pixels: Float32Array): Promise<Answer> {
    if (this.#model === undefined) throw new Error("Classifier: init() comes before classify()");
    if (pixels.length !== PIXELS)
      throw new Error(`Classifier: an image has ${PIXELS} pixels, this one ${pixels.length}`);
    const probabilities = [...(await this.#model.predict(pixels))];
    return {
      digit: probabilities.indexOf(Math.max(...probabilities)),
      probabilities,
      backend: this.#model.backend,
    };
  }

  /** A GPU can be lost at any time, and stays lost for this worker: failing here gets the replica a new one. */
  async checkHealth(): Promise<void> {
    await this.#model?.predict(new Float32Array(PIXELS));
  }
}
