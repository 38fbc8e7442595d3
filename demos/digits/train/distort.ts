import type { Ink } from "../decoder.ts";
import { between, normal, type Random } from "./random.ts";
import type { Point } from "./raster.ts";

/** How far a shape may go from its original. Lengths are shares of the shape's height. */
export interface Distortion {
  /** Degrees, to either side. */
  rotation: number;
  slant: readonly [least: number, most: number];
  /** Natural logarithm of width over height, to either side. */
  aspect: number;
  /** Elastic: how far points wander, smoothly. */
  wander: number;
  /** Share of images that become bolder, thinner or blurred, and that get grain. */
  ink: number;
}

export const STRONG: Distortion = {
  rotation: 13,
  slant: [-0.2, 0.35],
  aspect: 0.3,
  wander: 0.035,
  ink: 0.6,
};
export const MILD: Distortion = {
  rotation: 5,
  slant: [-0.08, 0.08],
  aspect: 0.1,
  wander: 0.012,
  ink: 0.2,
};

/** A smooth map of the plane, for points in a box one high: affine, then three slow waves each way. */
export function warp(
  random: Random,
  { rotation, slant, aspect, wander }: Distortion,
): (point: Point) => Point {
  const angle = (between(random, -rotation, rotation) * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const shear = between(random, slant[0], slant[1]);
  const widen = Math.exp(between(random, -aspect, aspect));
  const waves = Array.from({ length: 3 }, () => ({
    across: between(random, -7, 7),
    down: between(random, -7, 7),
    phase: between(random, 0, 2 * Math.PI),
    x: normal(random) * wander,
    y: normal(random) * wander,
  }));
  return ([x, y]) => {
    const slanted = (x - (y - 0.5) * shear) * widen;
    let [toX, toY] = [slanted * cos - y * sin, slanted * sin + y * cos];
    for (const wave of waves) {
      const swing = Math.sin(wave.across * x + wave.down * y + wave.phase);
      toX += wave.x * swing;
      toY += wave.y * swing;
    }
    return [toX, toY];
  };
}

/** The map that scales and shifts, to put the points into the middle of a square, `margin` pixels from its sides. */
export function fitting(points: readonly Point[], size: number, margin: number) {
  const [xs, ys] = [extent(points, 0), extent(points, 1)];
  const scale = (size - 2 * margin) / Math.max(xs.length, ys.length, 1e-6);
  const place = ([x, y]: Point): Point => [
    size / 2 + (x - xs.middle) * scale,
    size / 2 + (y - ys.middle) * scale,
  ];
  return place;
}

function extent(points: readonly Point[], axis: 0 | 1) {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const point of points) {
    least = Math.min(least, point[axis]);
    most = Math.max(most, point[axis]);
  }
  return { middle: (least + most) / 2, length: most - least };
}

/** Bolder, thinner, softer or grainier, as pens, scanners and screens make it. */
export function rework(random: Random, ink: Ink, { ink: share }: Distortion): Ink {
  let result = ink;
  if (random() < share)
    result = embolden(result, Math.round(between(random, 1, 3)), between(random, 0.25, 0.62));
  if (random() < share / 2) result = blur(result, Math.round(between(random, 1, 2)));
  if (random() < share / 2) result = grain(random, result, between(random, 2, 22));
  return result;
}

/** Blurs, then cuts at `threshold` of full ink: under a half makes strokes bolder, over a half thinner. */
function embolden(ink: Ink, radius: number, threshold: number): Ink {
  const cut = (value: number): number =>
    Math.min(255, Math.max(0, (value - threshold * 255) * radius * 2 + 127));
  const cutInk = { ...ink, data: Float32Array.from(blur(ink, radius).data, cut) };
  // A hairline that would vanish stays as it is.
  return mass(cutInk) > mass(ink) * 0.5 ? cutInk : ink;
}

function mass({ data }: Ink): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i] ?? 0;
  return sum;
}

function blur(ink: Ink, radius: number): Ink {
  const { width, height } = ink;
  return {
    width,
    height,
    data: blurLines(blurLines(ink.data, width, height, 1, radius), width, height, width, radius),
  };
}

/** Running mean along rows (`step` 1) or columns (`step` = width). Square pictures only. */
function blurLines(
  data: ArrayLike<number>,
  width: number,
  height: number,
  step: number,
  radius: number,
): Float32Array {
  const out = new Float32Array(data.length);
  for (let line = 0; line < height; line++) {
    const start = step === 1 ? line * width : line;
    let sum = 0;
    for (let i = -radius; i < width; i++) {
      if (i + radius < width) sum += data[start + (i + radius) * step] ?? 0;
      if (i - radius - 1 >= 0) sum -= data[start + (i - radius - 1) * step] ?? 0;
      if (i >= 0) out[start + i * step] = sum / (2 * radius + 1);
    }
  }
  return out;
}

function grain(random: Random, ink: Ink, strength: number): Ink {
  return {
    ...ink,
    data: Float32Array.from(ink.data, (value) =>
      Math.max(0, Math.min(255, value + strength * (random() * 2 - 1))),
    ),
  };
}
