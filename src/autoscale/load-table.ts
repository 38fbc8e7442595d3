import type { DeploymentKey } from "../handle.ts";
import type { LoadListener, LoadReading, LoadSource } from "./load-meter.ts";

/** The load of one deployment: what all its callers have waiting and running. */
export class DeploymentLoad {
  readonly #sources = new Set<LoadSource>();
  /** Of callers that are gone. */
  #past = 0;
  /** Told as a `LoadSource` tells. */
  listener: LoadListener = () => {};

  add(source: LoadSource, now: () => number): () => void {
    this.#sources.add(source);
    // What it was before it was known here is not of this time.
    this.#past -= source.read(now()).area;
    source.watch((held) => this.listener(held));
    this.listener(false);
    return () => {
      if (!this.#sources.delete(source)) return;
      this.#past += source.read(now()).area;
      this.listener(false);
    };
  }

  /** All callers together. */
  read(now: number): LoadReading {
    let [queued, running, area] = [0, 0, this.#past];
    for (const source of this.#sources) {
      const reading = source.read(now);
      queued += reading.queued;
      running += reading.running;
      area += reading.area;
    }
    return { queued, running, area };
  }
}

/** The loads of a host's deployments. */
export class LoadTable {
  readonly #loads = new Map<DeploymentKey, DeploymentLoad>();

  of(key: DeploymentKey): DeploymentLoad {
    const load = this.#loads.get(key) ?? new DeploymentLoad();
    this.#loads.set(key, load);
    return load;
  }
}
