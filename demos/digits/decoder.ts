import { type DecodedPng, decode as decodePng } from "fast-png";
import { Unzlib } from "fflate";

/** Side of the square that a `Decoder` returns, in pixels. */
export const SIDE = 28;
/** The digit itself fits a square of this side, as in MNIST. */
const BOX = 20;
const MAX_IMAGE_SIDE = 4096;
/** Scanlines, inflated: what a picture costs in memory, whatever its file weighs. */
const MAX_RAW_BYTES = 24 * 2 ** 20;
/** Contrast, of 255, under which a picture counts as blank. */
const MIN_CONTRAST = 24;
const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const CHANNELS = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
]);

/** The picture cannot be read as one digit: the sender's fault, so it carries a 4xx status. */
export class BadImage extends Error {
  readonly code = "BAD_IMAGE";
  readonly status: number;
  constructor(message: string, status = 422) {
    super(`image: ${message}`);
    this.name = "BadImage";
    this.status = status;
  }
}

/** Grey levels, row-major: 0 = paper, 255 = ink. */
export interface Ink {
  width: number;
  height: number;
  data: ArrayLike<number>;
}

interface Pixels {
  width: number;
  height: number;
  /** 0 = black, 255 = white. */
  light: Uint8Array;
  /** 0 = transparent, 255 = opaque. */
  alpha: Uint8Array;
}

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

/** Reads and bounds everything before fast-png sees it, which checks neither size nor truncation. */
function pixelsOf(bytes: Uint8Array): Pixels {
  if (SIGNATURE.some((byte, i) => bytes[i] !== byte)) throw new BadImage("not a PNG file");
  const chunks = chunksOf(bytes);
  const header = chunks[0];
  if (header?.type !== "IHDR" || header.body.length !== 13)
    throw new BadImage("the PNG has no header");
  const size = checkedSize(header.body);
  const indexed = header.body[9] === 3;
  // Other chunks are dropped unread: a compressed profile or text may inflate to anything, a second header undo the check.
  const kept = chunks.filter(
    (chunk) => (chunk.type !== "PLTE" || indexed) && (chunk.type !== "IHDR" || chunk === header),
  );
  if (indexed && !kept.some(({ type }) => type === "PLTE"))
    throw new BadImage("the PNG has no palette");
  checkInflated(
    kept.filter(({ type }) => type === "IDAT").map(({ body }) => body),
    size,
  );
  try {
    const clean = concat([bytes.subarray(0, 8), ...kept.map(({ whole }) => whole)]);
    return pixelsFrom(decodePng(clean, { checkCrc: true }));
  } catch (cause) {
    if (cause instanceof BadImage) throw cause;
    throw new BadImage(
      `the PNG is damaged (${cause instanceof Error ? cause.message : String(cause)})`,
    );
  }
}

function chunksOf(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: { type: string; body: Uint8Array; whole: Uint8Array }[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (end > bytes.length) break;
    if (["IHDR", "PLTE", "tRNS", "IDAT", "IEND"].includes(type))
      chunks.push({ type, body: bytes.subarray(at + 8, end - 4), whole: bytes.subarray(at, end) });
    if (type === "IEND") return chunks;
    at = end;
  }
  throw new BadImage("the PNG is cut short");
}

/** Bytes that the scanlines may have by this header. */
function checkedSize(header: Uint8Array): { least: number; most: number } {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [width, height, depth] = [view.getUint32(0), view.getUint32(4), view.getUint8(8)];
  const channels = CHANNELS.get(view.getUint8(9));
  const interlaced = view.getUint8(12) === 1;
  if (width === 0 || height === 0 || channels === undefined || (depth < 8 && channels > 1))
    throw new BadImage("the PNG header is invalid");
  if (interlaced && depth < 8) throw new BadImage("an interlaced PNG needs 8 or 16 bits a sample");
  const rawBytes = height * Math.ceil((width * channels * depth) / 8);
  if (Math.max(width, height) > MAX_IMAGE_SIDE || rawBytes > MAX_RAW_BYTES)
    throw new BadImage(
      `${width} x ${height} is too large; send at most ${MAX_IMAGE_SIDE} a side and 24 MiB inflated`,
      413,
    );
  // One filter byte a line; the seven passes of an interlaced picture have about two lines for one.
  return interlaced
    ? { least: rawBytes, most: rawBytes + 2 * height + 8 }
    : { least: rawBytes + height, most: rawBytes + height };
}

/** Inflates piece by piece and keeps nothing, so that a bomb is refused before it takes memory. */
function checkInflated(
  parts: readonly Uint8Array[],
  { least, most }: { least: number; most: number },
): void {
  let size = 0;
  const inflate = new Unzlib((piece) => {
    size += piece.length;
  });
  for (const part of parts) {
    for (let at = 0; at < part.length && size <= most; at += 16_384) {
      try {
        inflate.push(part.subarray(at, at + 16_384));
      } catch {
        throw new BadImage("the PNG's pixel data is damaged");
      }
    }
  }
  if (size > most)
    throw new BadImage("the PNG holds more pixel data than its header announces", 413);
  if (size < least) throw new BadImage("the PNG is cut short");
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function pixelsFrom({
  width,
  height,
  depth,
  channels,
  data,
  palette,
  transparency,
}: DecodedPng): Pixels {
  const light = new Uint8Array(width * height);
  const alpha = new Uint8Array(width * height).fill(255);
  const line = data.length / height;
  const top = 2 ** depth - 1;
  const colours = channels < 3 ? 1 : 3;
  const sample = (x: number, y: number, channel: number): number => {
    if (depth >= 8) return data[y * line + x * channels + channel] ?? 0;
    return ((data[y * line + ((x * depth) >> 3)] ?? 0) >> (8 - depth - ((x * depth) & 7))) & top;
  };
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const first = sample(x, y, 0);
      const colour = palette
        ? palette[first]
        : [first, sample(x, y, colours >> 1), sample(x, y, colours - 1)];
      if (!colour) throw new BadImage("the PNG uses a colour that its palette lacks");
      const [r = 0, g = 0, b = 0, paletteAlpha = 255] = colour;
      light[i] = 0.5 + (0.299 * r + 0.587 * g + 0.114 * b) * (palette ? 1 : 255 / top);
      if (palette) alpha[i] = paletteAlpha;
      else if (channels > colours) alpha[i] = (sample(x, y, colours) * 255) / top;
      else if (transparency?.every((value, channel) => value === colour[channel])) alpha[i] = 0;
    }
  }
  return { width, height, light, alpha };
}

/** How far each pixel is from the paper, on the side of the ink: works for either polarity. */
function inkOf({ width, height, light, alpha }: Pixels): Ink {
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
