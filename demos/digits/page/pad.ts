/** A sheet to draw on, with the mouse, a finger or a pen. */
export interface Pad {
  readonly empty: boolean;
  clear(): void;
  /** Draws SVG path data about 100 wide and 140 high, as a hand would. */
  trace(path: string): void;
  /** A PNG of the drawing, black on white. */
  picture(): Promise<Blob>;
}

/** Runs in the page, from its source text (see `page.ts`). */
export function createPad(canvas: HTMLCanvasElement, changed: () => void): Pad {
  type Point = readonly [x: number, y: number];
  /** Shares of the sheet's side. */
  const PEN = 0.07;
  const PICTURE_SIDE = 140;
  const TRACE_MS = 450;

  const screen = canvas.getContext("2d") as CanvasRenderingContext2D;
  const picture = document.createElement("canvas");
  picture.width = PICTURE_SIDE;
  picture.height = PICTURE_SIDE;
  const paper = picture.getContext("2d") as CanvasRenderingContext2D;
  let strokes: Point[][] = [];
  let drawing: number | undefined;
  let tracing = 0;

  /** Through the middles between the points, which are where the hand was only now and then. */
  function draw(context: CanvasRenderingContext2D, side: number, ink: string): void {
    context.strokeStyle = ink;
    context.lineWidth = PEN * side;
    context.lineCap = "round";
    context.lineJoin = "round";
    for (const stroke of strokes) {
      context.beginPath();
      for (const [i, [x, y]] of stroke.entries()) {
        const [nextX, nextY] = stroke[i + 1] ?? [x, y];
        if (i === 0) context.moveTo(x * side, y * side);
        const [midX, midY] = [(x + nextX) / 2, (y + nextY) / 2];
        context.quadraticCurveTo(x * side, y * side, midX * side, midY * side);
      }
      const [endX, endY] = stroke.at(-1) ?? [0, 0];
      context.lineTo(endX * side + 0.01, endY * side); // a line without length would leave no dot
      context.stroke();
    }
  }

  function show(): void {
    const side = Math.round(canvas.clientWidth * devicePixelRatio);
    canvas.width = side; // clears it, too
    canvas.height = side;
    draw(screen, side, getComputedStyle(canvas).color);
    canvas.classList.toggle("used", strokes.length > 0);
  }

  function change(): void {
    show();
    changed();
  }

  function pointOf({ clientX, clientY }: PointerEvent): Point {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  }

  function pathPoints(data: string): Point[] {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", data);
    const steps = Math.ceil(path.getTotalLength() / 4);
    return Array.from({ length: steps + 1 }, (_, i): Point => {
      const { x, y } = path.getPointAtLength((path.getTotalLength() * i) / steps);
      return [0.5 + ((x - 50) / 128) * 0.66, 0.5 + ((y - 70) / 128) * 0.66];
    });
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || drawing !== undefined) return;
    event.preventDefault();
    cancelAnimationFrame(tracing);
    canvas.setPointerCapture(event.pointerId);
    drawing = event.pointerId;
    strokes.push([pointOf(event)]);
    change();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== drawing) return;
    const moves = event.getCoalescedEvents?.() ?? [];
    strokes.at(-1)?.push(...(moves.length > 0 ? moves : [event]).map(pointOf));
    change();
  });
  const lift = ({ pointerId }: PointerEvent) => {
    if (pointerId === drawing) drawing = undefined;
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  new ResizeObserver(show).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);

  return {
    get empty() {
      return strokes.length === 0;
    },
    clear() {
      cancelAnimationFrame(tracing);
      strokes = [];
      change();
    },
    trace(path) {
      cancelAnimationFrame(tracing);
      const lines = path.split(/(?=M)/).map(pathPoints);
      const total = lines.reduce((sum, line) => sum + line.length, 0);
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      const begun = performance.now();
      const step = () => {
        const past = still ? 1 : Math.min(1, (performance.now() - begun) / TRACE_MS);
        let left = Math.ceil(total * past);
        strokes = lines.flatMap((line) => {
          const drawn = line.slice(0, left);
          left = Math.max(0, left - line.length);
          return drawn.length > 0 ? [drawn] : [];
        });
        change();
        if (past < 1) tracing = requestAnimationFrame(step);
      };
      step();
    },
    picture() {
      paper.fillStyle = "white";
      paper.fillRect(0, 0, PICTURE_SIDE, PICTURE_SIDE);
      draw(paper, PICTURE_SIDE, "black");
      return new Promise((resolve, reject) => {
        picture.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))));
      });
    },
  };
}
