import type { Ink } from "../decoder.ts";
import { type Distortion, fitting, rework, STRONG, warp } from "./distort.ts";
import { between, normal, pick, type Random } from "./random.ts";
import { draw, type PenLine, type Point } from "./raster.ts";

/**
 * How a hand may draw each digit: points "x,y" in a box of 100 x 100, joined by a smooth curve, `!` for a corner
 * and `;` where the pen is lifted.
 */
const SKELETONS: readonly (readonly string[])[] = [
  [
    "50,0 20,15 10,50 20,85 50,100 80,85 90,50 80,15 50,0",
    "55,0 30,20 22,60 38,98 62,92 78,50 68,10 48,2",
    "40,5 15,35 12,70 40,100 75,85 88,45 70,8 50,10",
    "60,5 35,2 12,30 12,70 40,100 75,88 90,50 75,12 45,4 30,20",
    "50,0 80,15 90,50 80,85 50,100 20,85 10,50 20,15 55,2",
    "50,0 20,15 10,50 20,85 50,100 80,85 90,50 80,15 50,0!;85,0! 15,100!",
  ],
  [
    "50,0! 50,100!",
    "30,22! 52,0! 52,100!",
    "28,25! 50,0! 50,100!;25,100! 75,100!",
    "50,0! 50,100!;30,100! 70,100!",
    "30,25 42,15 52,0! 50,100!",
    "10,42! 55,0! 55,100!",
    "22,30 38,20 52,0! 52,100!;22,100 50,98 80,100",
  ],
  [
    "12,25 25,5 50,0 78,10 82,32 60,60 12,100! 88,100!",
    "15,22 30,3 60,0 80,20 70,50 40,80 15,95 10,85 22,78 45,92 70,100 90,92",
    "10,20 45,0 80,20 65,50 10,98! 45,92 60,98 90,95",
    "15,10 50,0 85,8! 15,100! 85,100!",
    "12,30 20,8 50,0 80,15 75,45 45,70 15,100! 50,97 88,102",
    "18,18 40,0 70,5 72,30 40,62 12,88 20,100 32,90 55,90 90,100",
  ],
  [
    "15,12 40,0 75,8 78,32 45,47! 82,60 85,85 50,100 12,88",
    "15,0! 80,0! 45,40! 80,52 85,80 55,100 12,90",
    "18,15 45,0 78,15 65,42 45,48 40,44 50,46 80,60 82,85 45,100 12,85",
    "20,5 60,0 75,20 50,45! 75,60 75,85 45,100 15,95",
    "12,8 50,0 80,20 60,42 40,46! 70,52 88,72 70,98 35,100 10,85",
    "20,10 50,0 70,20 40,40 75,55 85,80 50,102 15,90",
  ],
  [
    "30,0! 12,60! 88,60!;68,25! 68,100!",
    "65,100! 65,0! 8,68! 90,68!",
    "22,0 15,45 40,58 80,50!;78,0! 75,100!",
    "62,0! 10,62! 85,62!;62,0! 62,100!",
    "25,5! 20,50! 85,50!;75,5! 75,100!",
    "60,0 35,30 10,65! 90,62!;65,35! 60,100!",
    "15,5 12,40 30,52 65,48 78,30!;80,2! 70,100!",
  ],
  [
    "80,0! 25,0! 20,42! 50,35 82,50 85,75 60,98 15,92",
    "25,2! 20,45! 55,38 85,60 75,92 40,100 12,88;25,2! 85,0!",
    "80,5 35,3 22,20 25,40 60,48 82,65 70,95 15,95",
    "85,3! 32,8! 18,48! 60,40 82,62 68,95 12,95",
    "78,0! 28,0! 28,45! 60,42 80,60 75,90 45,100 18,90",
    "30,5! 22,45 50,40 80,55 80,85 50,100 15,95;28,5 55,8 90,0",
  ],
  [
    "72,2 40,15 15,50 15,82 45,100 80,88 82,65 55,50 18,68",
    "60,0 25,40 15,75 40,100 75,90 75,62 45,52 18,72",
    "78,12 55,0 25,20 12,60 25,95 60,100 85,80 70,55 35,55 15,75",
    "65,0! 20,60 18,85 50,100 80,82 60,58 22,70",
    "45,0 25,35 20,80 50,100 72,85 65,65 40,68 24,85",
    "70,5 35,20 12,60 20,92 55,100 85,80 65,58 30,65 20,82",
  ],
  [
    "12,3! 88,3! 40,100!",
    "12,3! 88,3! 40,100!;28,52! 72,52!",
    "12,20! 12,3! 88,3! 38,100!",
    "10,10 35,4 88,3! 55,45 42,100!",
    "12,5! 85,3! 55,45 45,100!;30,52! 78,45!",
    "10,12 30,2 60,10 88,2! 45,100!",
    "15,3! 80,3! 65,50 60,100!",
    "18,25! 15,5 50,8 85,2! 50,60 40,100!;30,58! 70,50!",
  ],
  [
    "80,15 50,0 20,15 25,38 50,48 80,65 82,88 50,100 18,88 20,65 50,48 75,35 80,15",
    "50,0 25,10 25,38 50,48 75,38 75,10 50,0!;50,48 18,62 18,88 50,100 82,88 82,62 50,48",
    "75,8 45,0 22,18 40,42 70,62 75,90 45,100 20,85 35,58 68,35 78,12",
    "65,12 50,0 32,12 35,35 50,48 68,65 68,90 50,100 32,90 32,65 50,48 66,30 65,10",
    "85,5 50,2 20,20 40,42 75,60 80,85 45,102 15,85 30,60 60,42 85,20 80,0",
    "50,48 25,35 28,8 50,0 72,8 75,35 50,48 20,65 20,90 50,100 80,90 80,65 50,48",
  ],
  [
    "78,15 50,0 18,15 18,42 50,55 78,35 80,12! 78,100!",
    "80,25 55,0 20,12 18,42 50,55 78,38 82,20 80,60 60,95 25,98",
    "75,12 45,0 20,25 35,52 70,45 78,15! 60,100!",
    "80,15 45,0 18,25 40,52 75,38 80,12 82,60 75,90 45,100 20,88",
    "75,30 70,5 40,0 20,22 35,45 60,42 76,20 70,60 45,100",
    "78,10 45,0 15,20 25,48 60,45 78,12! 70,55 68,100",
  ],
];

const SIZE = 56;
const STEPS = 6;

/** Hands vary more than typefaces: more slant, more width, more wander. */
const HAND: Distortion = { ...STRONG, slant: [-0.25, 0.45], aspect: 0.38, ink: 0.3 };

/** One digit as a hand might draw it. */
export function handDrawn(random: Random, digit: number): Ink {
  const skeleton = pick(random, SKELETONS[digit] ?? []);
  const shake = between(random, 0.005, 0.055);
  const bend = warp(random, HAND);
  const strokes = skeleton
    .split(";")
    .map((stroke) => spline(parse(stroke, random, shake)).map(bend));
  const radius = Math.exp(between(random, Math.log(0.6), Math.log(5.5)));
  const place = fitting(strokes.flat(), SIZE, 8);
  const lines = strokes.map((stroke) => pressed(random, stroke.map(place), radius));
  return rework(random, draw(lines, SIZE), HAND);
}

interface Knot {
  point: Point;
  corner: boolean;
}

function parse(stroke: string, random: Random, shake: number): Knot[] {
  return stroke.split(" ").map((knot) => {
    const [x = 0, y = 0] = knot.replace("!", "").split(",").map(Number);
    return {
      point: [x / 100 - 0.5 + normal(random) * shake, y / 100 - 0.5 + normal(random) * shake],
      corner: knot.endsWith("!"),
    };
  });
}

/** Catmull-Rom through the knots; at a corner the curve ends and another begins. */
function spline(knots: readonly Knot[]): Point[] {
  const points: Point[] = [];
  for (const [i, from] of knots.entries()) {
    const to = knots[i + 1];
    if (!to) return [...points, from.point];
    const before = (!from.corner && knots[i - 1]) || from;
    const after = (!to.corner && knots[i + 2]) || to;
    for (let step = 0; step < STEPS; step++) {
      points.push(catmullRom(before.point, from.point, to.point, after.point, step / STEPS));
    }
  }
  return points;
}

function catmullRom(a: Point, b: Point, c: Point, d: Point, t: number): Point {
  const axis = (i: 0 | 1): number =>
    0.5 *
    (2 * b[i] +
      (c[i] - a[i]) * t +
      (2 * a[i] - 5 * b[i] + 4 * c[i] - d[i]) * t ** 2 +
      (3 * b[i] - a[i] - 3 * c[i] + d[i]) * t ** 3);
  return [axis(0), axis(1)];
}

/** Pressure comes and goes along a stroke, and a hand trembles. */
function pressed(random: Random, points: readonly Point[], radius: number): PenLine {
  const [depth, pace, phase] = [
    between(random, 0, 0.35),
    between(random, 0.05, 0.3),
    between(random, 0, 7),
  ];
  const tremble = random() < 0.4 ? between(random, 0, 0.6) : 0;
  return points.map(([x, y], i) => ({
    x: x + normal(random) * tremble,
    y: y + normal(random) * tremble,
    radius: radius * (1 + depth * Math.sin(i * pace + phase)),
  }));
}
