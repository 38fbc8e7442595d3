import type { Point } from "./raster.ts";

/** De Casteljau: the point at `t` of a Bézier curve of any degree. */
export function bezier(points: readonly Point[], t: number): Point {
  const [first = [0, 0], ...rest] = points;
  if (rest.length === 0) return first;
  const between = rest.map((point, i): Point => {
    const from = points[i] ?? point;
    return [from[0] + (point[0] - from[0]) * t, from[1] + (point[1] - from[1]) * t];
  });
  return bezier(between, t);
}
