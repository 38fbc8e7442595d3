import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { bezier } from "./curve.ts";
import type { Point } from "./raster.ts";

/** Families that the model learns from, one fontsource package each. */
const TRAINING =
  `roboto open-sans lato montserrat inter poppins work-sans oswald noto-sans josefin-sans quicksand comfortaa
  rajdhani pt-sans karla exo-2 bebas-neue titillium-web lora roboto-slab pt-serif crimson-text libre-baskerville arvo
  abril-fatface roboto-mono source-code-pro inconsolata space-mono courier-prime caveat dancing-script pacifico
  indie-flower shadows-into-light kalam permanent-marker gloria-hallelujah reenie-beanie nothing-you-could-do rock-salt
  just-another-hand gochi-hand neucha coming-soon short-stack mali sue-ellen-francisco walter-turncoat crafty-girls
  loved-by-the-king`.split(/\s+/);

/** Families that it never sees: sans, serif, slab, mono and handwriting. */
const HELD_OUT =
  "ubuntu source-sans-3 fira-sans nunito merriweather bitter zilla-slab ibm-plex-mono patrick-hand architects-daughter schoolbell handlee".split(
    " ",
  );

const STYLES = ["400-normal", "700-normal", "300-normal", "400-italic", "900-normal"];

/** Ten outlines, one a digit, in units of the type size, y downwards. */
export interface Face {
  name: string;
  digits: Point[][][];
}

interface Command {
  type: string;
  x?: number;
  y?: number;
  x1?: number;
  y1?: number;
  x2?: number;
  y2?: number;
}

interface OpenType {
  parse(file: ArrayBuffer): {
    getPath(text: string, x: number, y: number, size: number): { commands: Command[] };
  };
}

export function trainingFaces(): Face[] {
  return TRAINING.flatMap(facesOf);
}

export function heldOutFaces(): Face[] {
  return HELD_OUT.flatMap(facesOf);
}

export const FAMILIES = { training: TRAINING.length, heldOut: HELD_OUT.length };

function facesOf(family: string): Face[] {
  // Not an import: the root project type-checks this file without these packages.
  const opentype = createRequire(import.meta.url)("opentype.js") as OpenType;
  const folder = new URL(`node_modules/@fontsource/${family}/files/`, import.meta.url);
  const files = readdirSync(folder);
  return STYLES.map((style) => `${family}-latin-${style}.woff`)
    .filter((file) => files.includes(file))
    .map((file) => {
      const font = opentype.parse(new Uint8Array(readFileSync(new URL(file, folder))).buffer);
      const digits = Array.from({ length: 10 }, (_, digit) =>
        flatten(font.getPath(String(digit), 0, 0, 1).commands),
      );
      return { name: file.replace(/-latin|\.woff/g, ""), digits };
    });
}

const STEPS = 8;

/** Curves to short lines; long lines are cut too, so that a warp can bend them. */
function flatten(commands: readonly Command[]): Point[][] {
  const polygons: Point[][] = [];
  let polygon: Point[] = [];
  let at: Point = [0, 0];
  for (const { type, x = 0, y = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0 } of commands) {
    if (type === "Z") continue;
    if (type === "M") {
      polygon = [];
      polygons.push(polygon);
    }
    const controls: Point[] =
      type === "C"
        ? [
            [x1, y1],
            [x2, y2],
          ]
        : type === "Q"
          ? [[x1, y1]]
          : [];
    const curve: Point[] = type === "M" ? [[x, y]] : [at, ...controls, [x, y]];
    for (let step = 1; step <= STEPS; step++) polygon.push(bezier(curve, step / STEPS));
    at = [x, y];
  }
  return polygons;
}
