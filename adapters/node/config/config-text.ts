import {
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
} from "yaml";

/** Counted from 1, as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface SyntaxProblem extends Position {
  readonly message: string;
}

/** YAML, or JSON, which is YAML: its value and where each part of it stands. */
export interface ConfigText {
  /** Undefined when the syntax is wrong. */
  readonly value: unknown;
  readonly problems: readonly SyntaxProblem[];
  /** Where the field or item at a path begins; for one that is not there, what should have it. */
  positionOf(path: readonly (string | number)[]): Position;
}

/** Where the library's own words mean something to its callers only. */
const MESSAGES: Readonly<Partial<Record<ErrorCode, string>>> = {
  MULTIPLE_DOCS: "A configuration is one document",
  NON_STRING_KEY: "Keys must be strings",
};

export function parseConfigText(text: string): ConfigText {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
  });
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const wrong = [...document.errors, ...document.warnings];
  const found = wrong.map(({ code, message, pos }) => ({
    ...positionAt(pos[0]),
    message: MESSAGES[code] ?? message,
  }));
  // One mistake is often told as several, all at one place.
  const first = found.filter(
    ({ line, column }, index) =>
      found.findIndex((one) => one.line === line && one.column === column) === index,
  );
  const { value, problem } = found.length > 0 ? {} : plainValue(document);
  return {
    value,
    problems: problem === undefined ? first : [...first, { ...positionAt(0), message: problem }],
    positionOf: (path) => positionAt(offsetOf(document, path)),
  };
}

/** References to parts of the text (`*name`) are the last that can be wrong with it. */
function plainValue(document: Document): { value?: unknown; problem?: string } {
  try {
    const value: unknown = document.toJS();
    JSON.stringify(value);
    return { value };
  } catch (error) {
    const [message = ""] = (error as Error).message.split("\n");
    return { problem: error instanceof TypeError ? "A part of it contains itself" : message };
  }
}

function offsetOf(document: Document, path: readonly (string | number)[]): number {
  let offset = document.contents?.range?.[0] ?? 0;
  let node: unknown = document.contents;
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
      if (!isScalar(pair?.key)) break;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof key === "number") {
      node = node.items[key];
      offset = (node as { range?: readonly number[] } | undefined)?.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}
