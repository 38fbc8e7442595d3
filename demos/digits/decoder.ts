import { inkOf } from "./ink.ts";
import { normalise } from "./normalise.ts";
import { pixelsOf } from "./png.ts";

export { BadImage } from "./bad-image.ts";
export type { Ink } from "./ink.ts";
export { normalise, SIDE } from "./normalise.ts";

/** Turns a PNG of one digit into what the model was trained on. */
export class Decoder {
  /**
   * 28 × 28 grey levels, row-major, ink 1 and paper 0, the digit scaled and centred as in MNIST.
   * Throws `BadImage` (status 413 for a picture that is too large, 422 for any other fault).
   */
  decode(png: ArrayBuffer | Uint8Array): Float32Array {
    return normalise(inkOf(pixelsOf(png instanceof Uint8Array ? png : new Uint8Array(png))));
  }
}
