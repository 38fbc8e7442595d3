import { readFileSync } from "node:fs";

/** A fenced block of a page. */
interface Block {
  readonly language: string;
  readonly text: string;
  /** `README.md:12`, for messages. */
  readonly where: string;
}

/** One command of a page with what the page says that it prints. */
export interface Command {
  readonly line: string;
  readonly shown: string;
}

/** What a reader can copy from a page. */
export interface Page {
  /** Its files by name, from the blocks that begin with one: `// app.ts`, `# serve.yaml`, `# wrangler.toml`. */
  readonly files: ReadonlyMap<string, string>;
  /** The `console` blocks: a line after `$` is typed, the others are what it prints. */
  readonly sessions: readonly (readonly Command[])[];
}

const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm;
const FILE_NAME = /^(?:\/\/|#) (\S+\.(?:ts|toml|yaml))\n/;

/** @throws Error where TypeScript has no file name or one comes twice: then nothing would check it */
export function readPage(url: URL): Page {
  const blocks = blocksOf(url);
  const files = new Map<string, string>();
  for (const block of blocks) addFile(files, block);
  const sessions = blocks.filter(({ language }) => language === "console").map(commandsOf);
  return { files, sessions };
}

function blocksOf(url: URL): Block[] {
  const text = readFileSync(url, "utf8");
  const name = url.pathname.split("/").at(-1);
  return [...text.matchAll(FENCE)].map(({ 1: language = "", 2: inside = "", index }) => ({
    language,
    text: inside,
    where: `${name}:${text.slice(0, index).split("\n").length}`,
  }));
}

function addFile(files: Map<string, string>, { language, text, where }: Block): void {
  const name = FILE_NAME.exec(text)?.[1];
  if (name === undefined) {
    if (language === "ts") throw new Error(`${where}: begin the block with its file: // app.ts`);
    return;
  }
  const before = files.get(name);
  // Lines of TOML that a page shows later are lines to add.
  if (before !== undefined && language === "ts")
    throw new Error(`${where}: ${name} is there twice`);
  files.set(name, (before ?? "") + text);
}

function commandsOf({ text, where }: Block): Command[] {
  const [before, ...parts] = text.split(/^\$ /m);
  if (before) throw new Error(`${where}: the first line of a console block begins with $`);
  return parts.map((part) => {
    const end = part.indexOf("\n");
    return { line: part.slice(0, end), shown: part.slice(end + 1) };
  });
}
