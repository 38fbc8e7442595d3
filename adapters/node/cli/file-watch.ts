import { existsSync, type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Editors write a file in several steps. */
const SETTLE_MS = 50;

/** Tells of changes of files, by way of their folders: editors put a new file in the place of the old. */
export class FileWatch {
  readonly #changed = new Set<string>();
  #watchers: readonly FSWatcher[] = [];
  #wake: () => void = () => {};

  /** Watches these files instead of those before. Changes that were not asked for yet are kept. */
  watch(files: readonly string[]): void {
    const before = this.#watchers;
    // Anew, for a folder may be another one of the same name by now; first, so that nothing is missed.
    this.#watchers = [...placesOf(files)].map(([folder, names]) => this.#open(folder, names));
    for (const watcher of before) watcher.close();
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

  close(): void {
    this.watch([]);
  }

  #open(folder: string, names: ReadonlySet<string>): FSWatcher {
    const watcher = watch(folder, (_event, name) => {
      // Some systems don't tell which.
      if (name !== null && !names.has(name)) return;
      this.#changed.add(name ?? folder);
      this.#wake();
    });
    // The folder is gone: the files in it were told of.
    watcher.on("error", () => watcher.close());
    return watcher;
  }
}

/** What to look for in which folder: for a file whose folder is missing, the first part of its path that is. */
function placesOf(files: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const places = new Map<string, Set<string>>();
  for (const file of files) {
    let path = file;
    while (!existsSync(dirname(path))) path = dirname(path);
    const folder = dirname(path);
    places.set(folder, (places.get(folder) ?? new Set()).add(basename(path)));
  }
  return places;
}
