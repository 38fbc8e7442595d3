import type { DeploymentKey } from "../handle.ts";
import type { Traffic } from "../router/directory.ts";

type Listener = (traffic: Traffic | undefined) => void;

/** How the splits of a host divide their calls: whoever calls one listens. */
export class TrafficTable {
  readonly #traffic = new Map<DeploymentKey, Traffic>();
  readonly #listeners = new Map<DeploymentKey, Set<Listener>>();

  /** @param traffic undefined when the split is gone */
  set(key: DeploymentKey, traffic: Traffic | undefined): void {
    if (traffic) this.#traffic.set(key, traffic);
    else this.#traffic.delete(key);
    for (const listener of this.#listeners.get(key) ?? []) listener(traffic);
  }

  watch(key: DeploymentKey, listener: Listener): () => void {
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(listener));
    listener(this.#traffic.get(key));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(key);
    };
  }
}
