import { batch } from "isoserve";
import { loadLayersModel, type Model } from "isoserve/tfjs";
import saved from "./model.json" with { type: "json" };

const PIXELS = 28 * 28;
const DIGITS = 10;
/** The model is compiled for these, and for no others. */
const BATCH_SIZES = [1, 4];

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
    this.#model = await loadLayersModel(saved, { warmUpBatchSizes: BATCH_SIZES });
  }

  /** Takes one image, 28 × 28 values, row by row, ink 1 on paper 0. Those that come while others are read are read at once. */
  readonly classify = batch((images: Float32Array[]) => this.#read(images), {
    buckets: BATCH_SIZES,
  });

  /** A GPU can be lost at any time, and stays lost for this worker: failing here gets the replica a new one. */
  async checkHealth(): Promise<void> {
    await this.#model?.predict(new Float32Array(PIXELS));
  }

  async #read(images: readonly Float32Array[]): Promise<(Answer | Error)[]> {
    const model = this.#model;
    if (model === undefined) throw new Error("Classifier: init() comes before classify()");
    const fits = (image: Float32Array) => image.length === PIXELS;
    const pixels = new Float32Array(images.length * PIXELS);
    for (const [at, image] of images.entries()) if (fits(image)) pixels.set(image, at * PIXELS);
    const outputs = await model.predict(pixels);
    return images.map((image, at) =>
      fits(image)
        ? answerOf(outputs.subarray(at * DIGITS, (at + 1) * DIGITS), model.backend)
        : new Error(`Classifier: an image has ${PIXELS} pixels, this one ${image.length}`),
    );
  }
}

function answerOf(outputs: Iterable<number>, backend: string): Answer {
  const probabilities = [...outputs];
  return { digit: probabilities.indexOf(Math.max(...probabilities)), probabilities, backend };
}
