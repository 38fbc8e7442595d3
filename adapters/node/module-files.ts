import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { relative, sep } from "node:path";
import { fingerprint } from "./fingerprint.ts";

const UNREADABLE = "";

/** The files that one evaluation of a module went by, with what was in them. */
export class ModuleFiles {
  readonly #contents = new Map<string, string>();

  get paths(): readonly string[] {
    return [...this.#contents.keys()];
  }

  /**
   * To be called before Node reads the file: one that changes in between then looks changed later, instead of never.
   * It reads synchronously, as hooks of module resolution have to.
   */
  add(path: string): void {
    if (this.#contents.has(path)) return;
    let content = UNREADABLE;
    try {
      content = fingerprint(readFileSync(path));
    } catch {
      // Importing it says what is wrong with it.
    }
    this.#contents.set(path, content);
  }

  async unchanged(): Promise<boolean> {
    const read = async ([path, content]: [string, string]) =>
      content === (await readFile(path).then(fingerprint, () => UNREADABLE));
    return (await Promise.all([...this.#contents].map(read))).every(Boolean);
  }

  /** The same wherever the folder lies, and in whatever order the files were met. */
  fingerprint(folder: string): string {
    const named = [...this.#contents].map(([path, content]) => [
      relative(folder, path).replaceAll(sep, "/"),
      content,
    ]);
    return fingerprint(JSON.stringify(named.sort()));
  }
}
