import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { ServeError } from "../../src/errors.ts";
import { importFresh } from "./fresh-import.ts";
import { explainImportError } from "./import-error.ts";
import { ModuleFiles } from "./module-files.ts";

interface Evaluation {
  readonly exports: object;
  /** The same as long as the files are. */
  readonly version: string;
}

/** A module in this thread: evaluated when it is first asked for, and anew when one of its files changed. */
export class EvaluatedModule {
  readonly #file: string;
  #files = new ModuleFiles();
  #newest: Evaluation | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(file: string) {
    this.#file = file;
  }

  /** The paths of what the newest evaluation read, also where it failed. */
  get files(): readonly string[] {
    return this.#files.paths;
  }

  /**
   * One after the other: who asks meanwhile wants what is in the files then.
   *
   * @param shown the path as the user knows it, for messages
   * @throws ServeError `INVALID_APPLICATION`
   */
  evaluation(shown: string): Promise<Evaluation> {
    const turn = this.#turn.then(() => this.#current(shown));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #current(shown: string): Promise<Evaluation> {
    if (this.#newest && (await this.#files.unchanged())) return this.#newest;
    this.#newest = undefined;
    this.#files = new ModuleFiles();
    this.#files.add(this.#file);
    if (!existsSync(this.#file)) throw missing(shown, this.#file);
    try {
      const exports = await importFresh(pathToFileURL(this.#file).href, this.#files);
      this.#newest = { exports, version: this.#files.fingerprint(dirname(this.#file)) };
    } catch (error) {
      throw explainImportError(error, shown);
    }
    return this.#newest;
  }
}

function missing(shown: string, file: string): ServeError {
  const looked = shown === file ? "" : ` (looked for ${file})`;
  return new ServeError("INVALID_APPLICATION", `${shown}: no such file${looked}`);
}
