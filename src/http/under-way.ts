import type { DeploymentKey } from "../handle.ts";

/** Counts the requests that wait for the answer of a deployment. */
export class UnderWay {
  readonly #counts = new Map<DeploymentKey, number>();
  readonly #waiting = new Map<DeploymentKey, (() => void)[]>();

  began(key: DeploymentKey): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  ended(key: DeploymentKey): void {
    const left = (this.#counts.get(key) ?? 0) - 1;
    if (left > 0) {
      this.#counts.set(key, left);
      return;
    }
    this.#counts.delete(key);
    const waiting = this.#waiting.get(key) ?? [];
    this.#waiting.delete(key);
    for (const resolve of waiting) resolve();
  }

  /** Resolves once none is under way. */
  none(key: DeploymentKey): Promise<void> {
    if (!this.#counts.has(key)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), resolve]);
    });
  }
}
