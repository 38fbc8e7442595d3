import { describe, expect, it } from "vitest";
import { liveLines } from "../../adapters/node/cli/live-lines.ts";

function screen(size: { isTTY?: boolean; columns?: number; rows?: number }) {
  const written: string[] = [];
  return { ...size, written, write: (text: string) => written.push(text) };
}

describe("lines in a pipe", () => {
  it("are written when they are new, whatever their columns", () => {
    const pipe = screen({});
    const lines = liveLines(pipe);
    lines.show(["a  1", "b  1"]);
    lines.show(["a      1", "bigger 1"]);
    lines.show(["a      1", "bigger 2"]);
    lines.show(["a      1", "bigger 1"]);
    expect(pipe.written).toEqual(["a  1\n", "b  1\n", "bigger 1\n", "bigger 2\n", "bigger 1\n"]);
  });
});

describe("lines on a terminal", () => {
  it("take the place of those before", () => {
    const terminal = screen({ isTTY: true, columns: 80, rows: 24 });
    const lines = liveLines(terminal);
    lines.show(["one", "two"]);
    lines.show(["three"]);
    lines.show([]);
    lines.show(["four"]);
    expect(terminal.written).toEqual([
      "one\x1b[K\ntwo\x1b[K\n\x1b[J",
      "\x1b[2Athree\x1b[K\n\x1b[J",
      "\x1b[1A\x1b[J",
      "four\x1b[K\n\x1b[J",
    ]);
  });

  it("are whole on a terminal that knows no size", () => {
    const terminal = screen({ isTTY: true, columns: 0, rows: 0 });
    liveLines(terminal).show(["one", "two"]);
    expect(terminal.written).toEqual(["one\x1b[K\ntwo\x1b[K\n\x1b[J"]);
  });

  it("never break nor scroll, for the cursor would not find them again", () => {
    const terminal = screen({ isTTY: true, columns: 5, rows: 3 });
    liveLines(terminal).show(["123456", "2", "3", "4"]);
    expect(terminal.written).toEqual(["1234\x1b[K\n2\x1b[K\n\x1b[J"]);
  });
});
