import type { Pixels } from "./png.ts";

/** Grey levels, row-major: 0 = paper, 255 = ink. */
export interface Ink {
  width: number;
  height: number;
  data: ArrayLike<number>;
}

/** How far each pixel is from the paper, on the side of the ink: works for either polarity. */
export function inkOf({ width, height, light, alpha }: Pixels): Ink {
  const paper = paperOf({ width, height, light, alpha });
  const data = new Float32Array(width * height);
  const sign = paper >= 128 ? -1 : 1;
  for (let i = 0; i < data.length; i++) {
    data[i] = Math.max(0, (sign * ((light[i] ?? 0) - paper) * (alpha[i] ?? 0)) / 255);
  }
  return { width, height, data };
}

/**
 * Lightness of the paper. Where the border is mostly transparent there is none: it is then whatever
 * shows the visible pixels best. Otherwise the border votes, or the whole picture if the border is split.
 */
function paperOf(pixels: Pixels): number {
  const { width, height } = pixels;
  const all = survey(pixels, width * height, (i) => i, 0);
  const middle = (all.lightest + all.darkest) / 2;
  const edge = (k: number): number => {
    if (k < 2 * width) return k < width ? k : (height - 2) * width + k;
    const side = k - 2 * width;
    return (side >> 1) * width + (side & 1) * (width - 1);
  };
  const border = survey(pixels, 2 * (width + height), edge, middle);
  if (border.visible < 0.5) return all.mean < 128 ? 255 : 0;
  const split = border.above > 0.35 && border.above < 0.65;
  const { above } = split ? survey(pixels, width * height, (i) => i, middle) : border;
  return above > 0.5 ? border.meanAbove : border.meanBelow;
}

/** What the visible ones of `count` pixels look like, on either side of `middle`. */
function survey(
  { light, alpha }: Pixels,
  count: number,
  index: (k: number) => number,
  middle: number,
) {
  let [seen, over, sum, sumOver, darkest, lightest] = [0, 0, 0, 0, 255, 0];
  for (let k = 0; k < count; k++) {
    const i = index(k);
    const value = light[i] ?? 0;
    if ((alpha[i] ?? 0) < 128) continue;
    seen++;
    sum += value;
    darkest = Math.min(darkest, value);
    lightest = Math.max(lightest, value);
    if (value <= middle) continue;
    over++;
    sumOver += value;
  }
  const [meanAbove, meanBelow] = [sumOver / over, (sum - sumOver) / (seen - over)];
  return {
    visible: seen / count,
    above: over / seen,
    mean: sum / seen,
    meanAbove,
    meanBelow,
    darkest,
    lightest,
  };
}
