// Writes ../samples: 0.png to 9.png to play with, and strokes/, the drawings that the model is examined on.
import { mkdirSync, writeFileSync } from "node:fs";
import { encode, type ImageData } from "fast-png";
import { bezier } from "./curve.ts";
import { DRAWINGS } from "./drawings.ts";
import { between, normal, type Random, seeded } from "./random.ts";
import { draw, type PenLine, type Point } from "./raster.ts";

/** A sheet to draw on. Colours are lists of samples: 1 = grey, 2 = grey and alpha, 3 = RGB, 4 = RGBA. */
interface Sheet {
  width: number;
  height: number;
  ink: number[];
  paper: number[];
  /** Pen width in pixels. */
  pen: number;
  /** Height of the digit, and where its middle is, as shares of the sheet. */
  tall: number;
  middle: Point;
}

const PLAIN: Sheet = {
  width: 280,
  height: 280,
  ink: [0],
  paper: [255],
  pen: 18,
  tall: 0.68,
  middle: [0.5, 0.5],
};

const SHEETS: readonly Sheet[] = [
  { ...PLAIN, pen: 16 },
  { ...PLAIN, ink: [0, 0, 0, 255], paper: [0, 0, 0, 0], pen: 12, tall: 0.55, middle: [0.4, 0.45] },
  { width: 320, height: 240, ink: [255], paper: [0], pen: 10, tall: 0.7, middle: [0.6, 0.5] },
  { width: 200, height: 200, ink: [60], paper: [230], pen: 6, tall: 0.4, middle: [0.75, 0.7] },
  { width: 96, height: 96, ink: [20], paper: [250], pen: 5, tall: 0.75, middle: [0.5, 0.5] },
  { width: 400, height: 400, ink: [0], paper: [255], pen: 28, tall: 0.45, middle: [0.3, 0.35] },
  { ...PLAIN, pen: 3, tall: 0.8 },
  {
    width: 160,
    height: 280,
    ink: [30, 40, 160],
    paper: [250, 244, 210],
    pen: 14,
    tall: 0.5,
    middle: [0.5, 0.6],
  },
  {
    width: 64,
    height: 64,
    ink: [255, 255],
    paper: [255, 0],
    pen: 6,
    tall: 0.7,
    middle: [0.5, 0.5],
  },
  { width: 500, height: 300, ink: [240], paper: [35], pen: 9, tall: 0.6, middle: [0.8, 0.5] },
];

/** How unsteady a hand is: degrees, slant, share of the width, and units of the path. */
const STEADY = { turn: 0, slant: 0, widen: 0, drift: 0 };
const MOUSE = { turn: 9, slant: 0.25, widen: 0.25, drift: 2.2 };

/** Path data to pen strokes, each a list of points. */
function strokesOf(path: string): Point[][] {
  const strokes: Point[][] = [];
  for (const [, command = "", rest = ""] of path.matchAll(/([MLQC])([^MLQC]*)/g)) {
    const numbers = rest.trim().split(/\s+/).map(Number);
    const points = numbers.flatMap((x, i): Point[] =>
      i % 2 === 0 ? [[x, numbers[i + 1] ?? 0]] : [],
    );
    if (command === "M") strokes.push([]);
    const stroke = strokes.at(-1) ?? [];
    const curve = [...stroke.slice(-1), ...points];
    for (let step = 1; step <= 12; step++) stroke.push(bezier(curve, step / 12));
  }
  return strokes;
}

/** As a mouse records it: turned and slanted as a whole, drifting on the way, on whole pixels. */
function penLines(random: Random, path: string, sheet: Sheet, hand: typeof MOUSE): PenLine[] {
  const angle = (between(random, -hand.turn, hand.turn) * Math.PI) / 180;
  const slant = between(random, -hand.slant, hand.slant);
  const wide = 1 + between(random, -hand.widen, hand.widen);
  const scale = (sheet.height * sheet.tall) / 128;
  let [driftX, driftY] = [0, 0];
  return strokesOf(path).map((stroke) =>
    stroke.map(([x, y]) => {
      driftX = driftX * 0.9 + normal(random) * hand.drift * 0.4;
      driftY = driftY * 0.9 + normal(random) * hand.drift * 0.4;
      const [fromX, fromY] = [(x - 50) * wide + driftX - (y - 70) * slant, y - 70 + driftY];
      return {
        x: Math.round(
          sheet.middle[0] * sheet.width +
            (fromX * Math.cos(angle) - fromY * Math.sin(angle)) * scale,
        ),
        y: Math.round(
          sheet.middle[1] * sheet.height +
            (fromX * Math.sin(angle) + fromY * Math.cos(angle)) * scale,
        ),
        radius: sheet.pen / 2,
      };
    }),
  );
}

function picture(random: Random, path: string, sheet: Sheet, hand: typeof MOUSE): ImageData {
  const { width, height, ink, paper } = sheet;
  const side = Math.max(width, height);
  const { data } = draw(penLines(random, path, sheet, hand), side);
  const samples = new Uint8Array(width * height * ink.length);
  for (let i = 0; i < samples.length; i++) {
    const [pixel, channel] = [Math.floor(i / ink.length), i % ink.length];
    const share = (data[Math.floor(pixel / width) * side + (pixel % width)] ?? 0) / 255;
    samples[i] = Math.round(
      (paper[channel] ?? 0) + share * ((ink[channel] ?? 0) - (paper[channel] ?? 0)),
    );
  }
  return { width, height, channels: ink.length, data: samples };
}

function write(name: string, image: ImageData): void {
  writeFileSync(
    new URL(`../samples/${name}.png`, import.meta.url),
    encode(image, { zlib: { level: 9 } }),
  );
}

mkdirSync(new URL("../samples/strokes/", import.meta.url), { recursive: true });
const random = seeded(20_240);
for (const [digit, paths] of DRAWINGS.entries()) {
  write(String(digit), picture(random, paths[digit === 1 ? 2 : 0] ?? "", PLAIN, STEADY));
  for (const [i, sheet] of SHEETS.entries()) {
    // Steps through the paths so that every path meets other sheets in other digits.
    const path = paths[(i + digit) % paths.length] ?? "";
    write(`strokes/${digit}-${String(i).padStart(2, "0")}`, picture(random, path, sheet, MOUSE));
  }
}
