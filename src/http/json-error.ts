/** Where a text stops being JSON: engines tell it each in its own way, or not at all. */
export interface JsonError {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** What is there: one character, or the end. */
  readonly found: string;
}

/** The first error of a text that `JSON.parse` refuses. */
export function jsonError(text: string): JsonError {
  const at = errorOffset(text);
  const before = text.slice(0, at).split("\n");
  return {
    line: before.length,
    column: (before.at(-1) as string).length + 1,
    found: at < text.length ? JSON.stringify(text.slice(at, at + 1)) : "the end",
  };
}

const BLANK = /[ \t\n\r]*/y;
const PUNCTUATION = /[{}[\],:]/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LETTERS = /[^"\\\p{Cc}]+|[\x7f-\x9f]/uy;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

function errorOffset(text: string): number {
  const grammar = new Grammar();
  let at = endOf(BLANK, text, 0);
  while (at < text.length) {
    const { kind, end, broken } = tokenAt(text, at);
    if (!grammar.takes(kind)) return at;
    if (broken) return end;
    at = endOf(BLANK, text, end);
  }
  return at;
}

/** A punctuation mark is its own kind; what begins no token is `unknown`. */
type Kind = "{" | "}" | "[" | "]" | "," | ":" | "string" | "scalar" | "unknown";

interface Token {
  readonly kind: Kind;
  /** Where it ends, or where it is broken. */
  readonly end: number;
  readonly broken: boolean;
}

function tokenAt(text: string, at: number): Token {
  if (text[at] === '"') return stringAt(text, at);
  const punctuation = endOf(PUNCTUATION, text, at);
  if (punctuation > at) return { kind: text[at] as Kind, end: punctuation, broken: false };
  const end = endOf(SCALAR, text, at);
  return { kind: end > at ? "scalar" : "unknown", end, broken: false };
}

function stringAt(text: string, start: number): Token {
  let at = start + 1;
  while (text[at] !== '"') {
    const end = endOf(text[at] === "\\" ? ESCAPE : LETTERS, text, at);
    if (end === at) return { kind: "string", end, broken: true };
    at = end;
  }
  return { kind: "string", end: at + 1, broken: false };
}

/** Where a match ends that begins there; the same place without one. */
function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

type Expected = "value" | "first item" | "key" | "first key" | "colon" | "comma";

/** Which tokens may follow which. */
class Grammar {
  /** What closes the objects and lists that are open. */
  readonly #closers: string[] = [];
  #expected: Expected = "value";

  takes(kind: Kind): boolean {
    const next = this.#after(kind);
    if (next) this.#expected = next;
    return next !== undefined;
  }

  #after(kind: Kind): Expected | undefined {
    const expected = this.#expected;
    const closer = this.#closers.at(-1);
    if (kind === closer && /comma|first/.test(expected)) {
      this.#closers.pop();
      return "comma";
    }
    switch (expected) {
      case "colon":
        return kind === ":" ? "value" : undefined;
      case "comma":
        if (kind !== "," || closer === undefined) return undefined;
        return closer === "}" ? "key" : "value";
      case "key":
      case "first key":
        return kind === "string" ? "colon" : undefined;
      case "value":
      case "first item":
        if (kind === "{") return this.#open("}", "first key");
        if (kind === "[") return this.#open("]", "first item");
        return kind === "string" || kind === "scalar" ? "comma" : undefined;
    }
  }

  #open(closer: string, next: Expected): Expected {
    this.#closers.push(closer);
    return next;
  }
}
