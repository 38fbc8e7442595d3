import { readdirSync, readFileSync } from "node:fs";
import { Decoder, type Ink, normalise, SIDE } from "../decoder.ts";
import { MILD, STRONG } from "./distort.ts";
import type { Face } from "./faces.ts";
import { glyph } from "./glyph.ts";
import { pick, type Random } from "./random.ts";
import { handDrawn } from "./strokes.ts";

/** Normalised images, one after another, 0 to 255 a pixel: a quarter of the memory of floats. */
export interface Samples {
  pixels: Uint8Array;
  labels: Uint8Array;
}

/** Half typefaces, half strokes, all digits equally often. */
export function trainingSamples(random: Random, faces: readonly Face[], count: number): Samples {
  return collect(count, (i) => {
    const digit = i % 10;
    const ink =
      i % 20 < 10 ? handDrawn(random, digit) : glyph(random, pick(random, faces), digit, STRONG);
    return { digit, image: normalise(ink) };
  });
}

/** Every digit of every face, `times` over, mildly distorted. */
export function faceSamples(random: Random, faces: readonly Face[], times: number): Samples {
  return collect(faces.length * 10 * times, (i) => {
    const face = faces[Math.floor(i / 10) % faces.length] as Face;
    return { digit: i % 10, image: normalise(glyph(random, face, i % 10, MILD)) };
  });
}

/** The committed drawings, read as a client's picture would be; a file's name starts with its digit. */
export function drawingSamples(folder: URL): Samples {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".png"))
    .sort();
  const decoder = new Decoder();
  return collect(files.length, (i) => {
    const file = files[i] ?? "";
    return { digit: Number(file[0]), image: decoder.decode(readFileSync(new URL(file, folder))) };
  });
}

function collect(
  count: number,
  make: (i: number) => { digit: number; image: Float32Array },
): Samples {
  const samples = { pixels: new Uint8Array(count * SIDE * SIDE), labels: new Uint8Array(count) };
  for (let i = 0; i < count; i++) {
    const { digit, image } = make(i);
    samples.labels[i] = digit;
    samples.pixels.set(
      image.map((value) => Math.round(value * 255)),
      i * SIDE * SIDE,
    );
  }
  return samples;
}

/** The images as one picture, `columns` wide: to look at what the model is given. */
export function contactSheet({ pixels, labels }: Samples, columns: number): Ink {
  const rows = Math.ceil(labels.length / columns);
  const data = new Uint8Array(columns * SIDE * rows * SIDE);
  for (const [i, value] of pixels.entries()) {
    const [sample, y, x] = [Math.floor(i / SIDE ** 2), Math.floor(i / SIDE) % SIDE, i % SIDE];
    const [row, column] = [Math.floor(sample / columns), sample % columns];
    data[(row * SIDE + y) * columns * SIDE + column * SIDE + x] = value;
  }
  return { width: columns * SIDE, height: rows * SIDE, data };
}
