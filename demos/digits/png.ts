import { type DecodedPng, decode as decodePng } from "fast-png";
import { Unzlib } from "fflate";
import { BadImage } from "./bad-image.ts";

const MAX_IMAGE_SIDE = 4096;
/** Scanlines, inflated: what a picture costs in memory, whatever its file weighs. */
const MAX_RAW_BYTES = 24 * 2 ** 20;
const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const CHANNELS = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
]);

export interface Pixels {
  width: number;
  height: number;
  /** 0 = black, 255 = white. */
  light: Uint8Array;
  /** 0 = transparent, 255 = opaque. */
  alpha: Uint8Array;
}

/**
 * The pixels of a PNG file. Reads and bounds everything before fast-png sees it, which checks neither size nor truncation.
 * @throws BadImage
 */
export function pixelsOf(bytes: Uint8Array): Pixels {
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
