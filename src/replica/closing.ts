import type { CloseReason } from "./protocol.ts";

/** The end of something, told once to whoever asked, also to those who ask later. */
export class Closing {
  readonly #listeners: ((reason: CloseReason) => void)[] = [];
  #reason: CloseReason | undefined;

  get closed(): boolean {
    return this.#reason !== undefined;
  }

  close(reason: CloseReason): void {
    if (this.#reason) return;
    this.#reason = reason;
    for (const listener of this.#listeners.splice(0)) listener(reason);
  }

  whenClosed(listener: (reason: CloseReason) => void): void {
    if (this.#reason) listener(this.#reason);
    else this.#listeners.push(listener);
  }
}
