import type { Ink } from "../decoder.ts";

export type Point = readonly [x: number, y: number];

/** A line drawn with a round pen: points in pixels with the pen's radius at each. */
export type PenLine = readonly { x: number; y: number; radius: number }[];

const LINES_PER_PIXEL = 4;

/** Fills closed polygons by the non-zero rule, as fonts want it, with anti-aliased edges. */
export function fill(polygons: readonly (readonly Point[])[], size: number): Ink {
  const data = new Float32Array(size * size);
  for (let line = 0; line < size * LINES_PER_PIXEL; line++) {
    const crossings = crossingsAt(polygons, (line + 0.5) / LINES_PER_PIXEL);
    const row = Math.floor(line / LINES_PER_PIXEL) * size;
    let winding = 0;
    for (const [i, { x, turn }] of crossings.entries()) {
      winding += turn;
      const next = crossings[i + 1];
      if (winding !== 0 && next) addSpan(data, row, size, x, next.x);
    }
  }
  return { width: size, height: size, data };
}

function crossingsAt(polygons: readonly (readonly Point[])[], y: number) {
  const crossings: { x: number; turn: number }[] = [];
  for (const polygon of polygons) {
    let previous = polygon.at(-1);
    for (const point of polygon) {
      if (previous && previous[1] <= y !== point[1] <= y) {
        const x =
          previous[0] + ((y - previous[1]) / (point[1] - previous[1])) * (point[0] - previous[0]);
        crossings.push({ x, turn: point[1] > previous[1] ? 1 : -1 });
      }
      previous = point;
    }
  }
  return crossings.sort((a, b) => a.x - b.x);
}

function addSpan(data: Float32Array, row: number, size: number, from: number, to: number): void {
  const [left, right] = [Math.max(0, from), Math.min(size, to)];
  for (let x = Math.floor(left); x < right; x++) {
    const covered = Math.min(right, x + 1) - Math.max(left, x);
    data[row + x] = Math.min(255, (data[row + x] ?? 0) + (covered * 255) / LINES_PER_PIXEL);
  }
}

/** Draws pen lines; the radius goes evenly from each point to the next. */
export function draw(lines: readonly PenLine[], size: number): Ink {
  const data = new Float32Array(size * size);
  for (const line of lines) {
    for (const [i, to] of line.entries())
      drawSegment(data, size, line[Math.max(0, i - 1)] ?? to, to);
  }
  return { width: size, height: size, data };
}

function drawSegment(
  data: Float32Array,
  size: number,
  from: PenLine[number],
  to: PenLine[number],
): void {
  const reach = Math.max(from.radius, to.radius) + 1;
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const lengthSquared = dx * dx + dy * dy;
  const top = Math.max(0, Math.floor(Math.min(from.y, to.y) - reach));
  const bottom = Math.min(size, Math.ceil(Math.max(from.y, to.y) + reach));
  const left = Math.max(0, Math.floor(Math.min(from.x, to.x) - reach));
  const right = Math.min(size, Math.ceil(Math.max(from.x, to.x) + reach));
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const [px, py] = [x + 0.5 - from.x, y + 0.5 - from.y];
      const along =
        lengthSquared === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / lengthSquared));
      const away = Math.hypot(px - along * dx, py - along * dy);
      const radius = from.radius + along * (to.radius - from.radius);
      // Coverage falls from full to none over the pixel at the edge; a pen under a pixel wide stays faint.
      const level = 255 * Math.min(1, 2 * radius, Math.max(0, radius - away + 0.5));
      if (level > (data[y * size + x] ?? 0)) data[y * size + x] = level;
    }
  }
}
