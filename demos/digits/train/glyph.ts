import type { Ink } from "../decoder.ts";
import { type Distortion, fitting, rework, warp } from "./distort.ts";
import type { Face } from "./faces.ts";
import type { Random } from "./random.ts";
import { fill } from "./raster.ts";

const SIZE = 56;

/** One digit of a typeface, distorted. */
export function glyph(random: Random, face: Face, digit: number, distortion: Distortion): Ink {
  const outline = face.digits[digit] ?? [];
  // Distortions are made for a shape one unit high in the middle of the plane.
  const toUnit = fitting(outline.flat(), 1, 0);
  const bend = warp(random, distortion);
  const bent = outline.map((polygon) => polygon.map((point) => bend(toUnit(point))));
  const place = fitting(bent.flat(), SIZE, 6);
  const ink = fill(
    bent.map((polygon) => polygon.map(place)),
    SIZE,
  );
  return rework(random, ink, distortion);
}
