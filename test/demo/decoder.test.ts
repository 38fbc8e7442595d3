import { encode, type ImageData } from "fast-png";
import { describe, expect, it } from "vitest";
import { BadImage, Decoder } from "../../demos/digits/decoder.ts";

const decoder = new Decoder();

interface Drawing {
  size?: number;
  left?: number;
  top?: number;
  /** Side of one cell of the seven, in pixels. */
  cell?: number;
}

/** Whether a pixel is inked: a seven, five cells wide and seven high. */
function seven({ size = 60, left = 12, top = 9, cell = 5 }: Drawing = {}) {
  const rows = ["#####", "....#", "...#.", "...#.", "..#..", "..#..", "..#.."];
  return {
    size,
    inked: (x: number, y: number) =>
      rows[Math.floor((y - top) / cell)]?.[Math.floor((x - left) / cell)] === "#",
  };
}

/** A PNG whose pixels are `ink` and `paper`, lists of samples. */
function png(
  ink: number[],
  paper: number[],
  drawing?: Drawing,
  extra: Partial<ImageData> = {},
): Uint8Array {
  const { size, inked } = seven(drawing);
  const samples = Array.from({ length: size * size }, (_, i) =>
    inked(i % size, Math.floor(i / size)) ? ink : paper,
  ).flat();
  const data = extra.depth === 16 ? Uint16Array.from(samples) : Uint8Array.from(samples);
  return encode({ width: size, height: size, channels: ink.length, data, ...extra });
}

/** One bit a pixel, packed, as fast-png wants it. */
function bits(): Uint8Array {
  const { size, inked } = seven({ size: 64 });
  const data = new Uint8Array((size / 8) * size);
  for (let i = 0; i < size * size; i++) {
    if (!inked(i % size, Math.floor(i / size)))
      data[i >> 3] = (data[i >> 3] ?? 0) | (128 >> (i & 7));
  }
  return encode({ width: size, height: size, channels: 1, depth: 1, data });
}

const reference = decoder.decode(png([0], [255]));

function distance(a: Float32Array, b: Float32Array): number {
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] ?? 0))), 0);
}

describe("the same seven, however it is stored", () => {
  const cases: [name: string, file: Uint8Array][] = [
    ["light on dark", png([255], [0])],
    ["grey on grey", png([90], [200])],
    ["in a corner", png([0], [255], { left: 0, top: 0 })],
    ["touching the far corner", png([0], [255], { left: 35, top: 25 })],
    ["cropped to the ink", png([0], [255], { size: 35, left: 5, top: 0 })],
    ["smaller", png([0], [255], { size: 20, left: 3, top: 2, cell: 2 })],
    ["huge", png([0], [255], { size: 900, left: 100, top: 90, cell: 100 })],
    ["RGB", png([20, 0, 60], [240, 250, 255])],
    ["RGBA, opaque", png([0, 0, 0, 255], [255, 255, 255, 255])],
    ["black ink on nothing", png([0, 0, 0, 255], [0, 0, 0, 0])],
    ["white ink on nothing", png([255, 255, 255, 255], [0, 0, 0, 0])],
    ["holes in white paper", png([255, 255, 255, 255], [0, 0, 0, 255])],
    ["grey with alpha", png([0, 255], [255, 0])],
    ["16 bits", png([0], [65535], {}, { depth: 16 })],
    ["16 bits RGBA", png([0, 0, 0, 65535], [65535, 65535, 65535, 0], {}, { depth: 16 })],
    ["1 bit", bits()],
    [
      "palette",
      png(
        [1],
        [0],
        {},
        {
          palette: [
            [255, 255, 255],
            [0, 0, 0],
          ],
        },
      ),
    ],
    [
      "palette with alpha",
      png(
        [1],
        [0],
        {},
        {
          palette: [
            [0, 0, 0, 0],
            [0, 0, 0, 255],
          ],
        },
      ),
    ],
    ["interlaced", encodeInterlaced()],
  ];
  it.each(cases)("%s", (_name, file) => {
    expect(distance(decoder.decode(file), reference)).toBeLessThan(0.02);
  });

  it("takes an ArrayBuffer, and a view that does not start at 0", () => {
    const file = png([0], [255]);
    const padded = new Uint8Array(file.length + 5);
    padded.set(file, 5);
    expect(decoder.decode(padded.subarray(5))).toEqual(reference);
    expect(decoder.decode(padded.slice(5).buffer)).toEqual(reference);
  });
});

function encodeInterlaced(): Uint8Array {
  const { size, inked } = seven();
  const data = Uint8Array.from({ length: size * size }, (_, i) =>
    inked(i % size, Math.floor(i / size)) ? 0 : 255,
  );
  return encode({ width: size, height: size, channels: 1, data }, { interlace: "Adam7" });
}

it("goes by the first header only, so that a second cannot undo the check of its size", () => {
  const file = png([0], [255]);
  const second = claiming(100_000, 100_000).slice(8, 33);
  expect(decoder.decode(Uint8Array.of(...file.slice(0, 33), ...second, ...file.slice(33)))).toEqual(
    reference,
  );
});

describe("what comes out", () => {
  it("has ink 1, paper 0, and an empty frame of at least three pixels", () => {
    expect(reference).toHaveLength(784);
    expect(Math.max(...reference)).toBe(1);
    expect(Math.min(...reference)).toBe(0);
    expect(reference.slice(0, 28 * 2).every((value) => value === 0)).toBe(true);
  });

  it("has its centre of mass in the middle", () => {
    let [mass, x, y] = [0, 0, 0];
    for (const [i, value] of reference.entries()) {
      mass += value;
      x += value * ((i % 28) + 0.5);
      y += value * (Math.floor(i / 28) + 0.5);
    }
    expect(x / mass).toBeCloseTo(14, 1);
    expect(y / mass).toBeCloseTo(14, 1);
  });

  it("keeps a hairline on a large sheet dark", () => {
    const size = 2000;
    const data = new Uint8Array(size * size).fill(255);
    for (let y = 200; y < 1800; y++) data.fill(0, y * size + y / 4, y * size + y / 4 + 3);
    const out = decoder.decode(encode({ width: size, height: size, channels: 1, data }));
    expect(out.filter((value) => value > 0.9).length).toBeGreaterThan(3);
  });
});

/** The same file with other dimensions in its header (its checksum is then wrong, which comes second). */
function claiming(width: number, height: number): Uint8Array {
  const file = png([0], [255]).slice();
  new DataView(file.buffer).setUint32(16, width);
  new DataView(file.buffer).setUint32(20, height);
  return file;
}

describe("what is refused", () => {
  const file = png([0], [255]);
  const flipped = file.slice();
  flipped[flipped.length - 30] = (flipped[flipped.length - 30] ?? 0) ^ 0xff;
  const cases: [name: string, file: Uint8Array, message: RegExp, status: number][] = [
    ["nothing", new Uint8Array(), /not a PNG/, 422],
    ["a JPEG", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70, 73, 70), /not a PNG/, 422],
    ["only a signature", file.slice(0, 8), /cut short/, 422],
    ["half a file", file.slice(0, file.length / 2), /cut short/, 422],
    ["a file without its end", file.slice(0, -12), /cut short/, 422],
    ["a damaged file", flipped, /damaged|cut short/, 422],
    ["more lines announced than sent", claiming(60, 61), /cut short/, 422],
    ["fewer lines announced than sent", claiming(1, 1), /more pixel data/, 413],
    ["a side too long", claiming(4097, 10), /too large/, 413],
    ["too many pixels", claiming(2 ** 31, 2 ** 31 - 1), /too large/, 413],
    ["no pixels", claiming(0, 60), /header is invalid/, 422],
    ["a blank sheet", png([255], [255]), /blank/, 422],
    ["an empty canvas", png([0, 0, 0, 0], [0, 0, 0, 0]), /blank/, 422],
    ["ink too faint to see", png([250], [255]), /blank/, 422],
    [
      "a colour outside the palette",
      png(
        [7],
        [0],
        {},
        {
          palette: [
            [255, 255, 255],
            [0, 0, 0],
          ],
        },
      ),
      /palette/,
      422,
    ],
  ];
  it.each(cases)("%s", (_name, bad, message, status) => {
    const attempt = () => decoder.decode(bad);
    expect(attempt).toThrow(BadImage);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(expect.objectContaining({ status, code: "BAD_IMAGE" }));
  });
});
