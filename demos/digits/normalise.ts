import { BadImage } from "./bad-image.ts";
import type { Ink } from "./ink.ts";

/** Side of the square that comes out, in pixels. */
export const SIDE = 28;
/** The digit itself fits a square of this side, as in MNIST. */
const BOX = 20;
/** Contrast, of 255, under which a picture counts as blank. */
const MIN_CONTRAST = 24;

/** Crops to the ink, fits it into 20 x 20 by area averaging, puts its centre of mass in the middle. */
export function normalise({ width, height, data }: Ink): Float32Array {
  let peak = 0;
  for (let i = 0; i < data.length; i++) peak = Math.max(peak, data[i] ?? 0);
  if (!(peak >= MIN_CONTRAST)) throw new BadImage("the picture is blank");
  const box = inkBox({ width, height, data }, peak / 4);
  const scale = BOX / Math.max(box.right - box.left, box.bottom - box.top);
  // What is this faint is the grain of the paper.
  const level = (x: number, y: number): number => {
    const value = data[y * width + x] ?? 0;
    return value < peak / 8 ? 0 : value;
  };
  let [mass, massX, massY] = [0, 0, 0];
  for (let y = box.top; y < box.bottom; y++) {
    for (let x = box.left; x < box.right; x++) {
      mass += level(x, y);
      massX += level(x, y) * (x + 0.5 - box.left);
      massY += level(x, y) * (y + 0.5 - box.top);
    }
  }
  const columns = shares(box.right - box.left, scale, massX / mass);
  const rows = shares(box.bottom - box.top, scale, massY / mass);
  const out = new Float32Array(SIDE * SIDE);
  for (const [y, row] of rows.entries()) {
    const line = new Float32Array(SIDE);
    for (const [x, column] of columns.entries()) {
      const value = level(box.left + x, box.top + y);
      if (value > 0) for (const [to, share] of column) line[to] = (line[to] ?? 0) + share * value;
    }
    for (const [to, share] of row) {
      for (let x = 0; x < SIDE; x++)
        out[to * SIDE + x] = (out[to * SIDE + x] ?? 0) + share * (line[x] ?? 0);
    }
  }
  return strengthened(out);
}

function inkBox({ width, height, data }: Ink, threshold: number) {
  const box = { left: width, right: 0, top: height, bottom: 0 };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if ((data[y * width + x] ?? 0) < threshold) continue;
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x + 1);
      box.top = Math.min(box.top, y);
      box.bottom = y + 1;
    }
  }
  return box;
}

/** For each of `length` source pixels, the target pixels that it covers and how much of each. */
function shares(length: number, scale: number, centre: number): [to: number, share: number][][] {
  const start = Math.min(Math.max(SIDE / 2 - centre * scale, 0), SIDE - length * scale);
  return Array.from({ length }, (_, i) => {
    const [from, end] = [start + i * scale, start + (i + 1) * scale];
    const covered: [number, number][] = [];
    for (let to = Math.floor(from); to < Math.min(end, SIDE); to++) {
      covered.push([to, Math.min(end, to + 1) - Math.max(from, to)]);
    }
    return covered;
  });
}

/**
 * Averaging makes a thin stroke faint. The strong pixels become 1, but not by the single strongest one:
 * that is where strokes cross, and the rest would stay grey.
 */
function strengthened(image: Float32Array): Float32Array {
  const inked = image.filter((value) => value > 0.5).sort();
  const strong = inked[Math.floor(inked.length * 0.8)] ?? 1;
  return image.map((value) => Math.min(1, value / strong));
}
