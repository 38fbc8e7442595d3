import { coloured } from "./status-colours.ts";

/** Lines that change while one looks at them. */
export interface LiveLines {
  show(lines: readonly string[]): void;
}

/** What is written to: a terminal, or a pipe that has no size. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** A terminal shows the newest of the lines in their place; anywhere else each line is written when it is new. */
export function liveLines(screen: Screen): LiveLines {
  return screen.isTTY ? rewrittenLines(screen) : appended(screen);
}

function appended(screen: Screen): LiveLines {
  let before = new Set<string>();
  return {
    show: (lines) => {
      // Columns that grew wider are no news.
      const contents = lines.map((line) => line.replaceAll(/ +/g, " "));
      for (const [index, content] of contents.entries()) {
        if (!before.has(content)) screen.write(`${lines[index]}\n`);
      }
      before = new Set(contents);
    },
  };
}

/** The newest of the lines in their place. */
export function rewrittenLines(screen: Screen): LiveLines {
  let height = 0;
  return {
    show: (lines) => {
      // Some terminals say 0, which is no size.
      const columns = screen.columns || 80;
      const rows = screen.rows || 24;
      // The cursor reaches no line that was scrolled or broken away.
      const fitting = lines.slice(0, rows - 1).map((line) => coloured(line.slice(0, columns - 1)));
      const up = height > 0 ? `\x1b[${height}A` : "";
      // Line by line, and the rest last: nothing is blank for a moment.
      screen.write(`${up}${fitting.map((line) => `${line}\x1b[K\n`).join("")}\x1b[J`);
      height = fitting.length;
    },
  };
}
