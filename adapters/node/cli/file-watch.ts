import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Editors write a file in several steps. */
const SETTLE_MS = 50;

/** Tells of changes of files, by way of their folders: editors put a new file in the place of the old. */
export class FileWatch {
  readonly #folders = new Map<string, FSWatcher>();
  #names: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  readonly #changed = new Set<string>();
  #wake: () => void = () => {};

  /** Watches these files instead of those before. Changes that were not asked for yet are kept. */
  watch(files: readonly string[]): void {
    const names = new Map<string, Set<string>>();
    for (const file of files) {
      const folder = dirname(file);
      names.set(folder, (names.get(folder) ?? new Set()).add(basename(file)));
    }
    this.#names = names;
    for (const [folder, watcher] of this.#folders) {
      if (names.has(folder)) continue;
      watcher.close();
      this.#folders.delete(folder);
    }
    for (const folder of names.keys()) this.#open(folder);
  }

  /** The names of files that have changed since the last time; waits for one. */
  async changed(): Promise<string[]> {
    if (this.#changed.size === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    await sleep(SETTLE_MS);
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  #open(folder: string): void {
    if (this.#folders.has(folder)) return;
    const watcher = watch(folder, (_event, name) => {
      // Some systems don't tell which.
      if (name !== null && !this.#names.get(folder)?.has(name)) return;
      this.#changed.add(name ?? folder);
      this.#wake();
    });
    // A folder that is gone: another change will tell.
    watcher.on("error", () => this.#folders.delete(folder));
    this.#folders.set(folder, watcher);
  }
}
