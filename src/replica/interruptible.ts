import type { Source } from "./iteration.ts";

type Step = IteratorResult<unknown>;

/** A source that can be interrupted: what it is told comes before whatever it gives next. For one reader. */
export class Interruptible implements AsyncIterator<unknown> {
  readonly #source: Source;
  readonly #interruptions: unknown[] = [];
  #reader: ((give: () => Step) => void) | undefined;
  /** From when the source is asked until its answer is read. */
  #asked = false;
  /** Gives, or throws, what the source did. */
  #answer: (() => Step) | undefined;
  #leaving: Promise<void> | undefined;
  #left = false;

  constructor(source: Source) {
    this.#source = source;
  }

  next(): Promise<Step> {
    // Not a race with the interruption: every race would leave a listener on it for as long as there is none.
    return new Promise((resolve, reject) => {
      this.#reader = (give) => {
        try {
          resolve(give());
        } catch (error) {
          reject(error);
        }
      };
      const served = this.#serve();
      if (!served && !this.#asked && !this.#leaving) void this.#ask();
    });
  }

  interrupt(item: unknown): void {
    this.#interruptions.push(item);
    this.#serve();
  }

  /** Leaves the source. A reader who waits sees the end when that is done, whatever the source still gives. */
  async return(reason?: unknown): Promise<Step> {
    this.#leaving ??= this.#leave(reason);
    await this.#leaving;
    return END;
  }

  async #leave(reason: unknown): Promise<void> {
    try {
      await this.#source.return?.(reason);
    } finally {
      this.#left = true;
      this.#serve();
    }
  }

  async #ask(): Promise<void> {
    this.#asked = true;
    this.#answer = await answerOf(this.#source);
    this.#serve();
  }

  /** Returns whether it gave a reader something. */
  #serve(): boolean {
    const reader = this.#reader;
    const give = reader && this.#ready();
    if (!give) return false;
    this.#reader = undefined;
    reader(give);
    return true;
  }

  #ready(): (() => Step) | undefined {
    if (this.#interruptions.length > 0) {
      const value = this.#interruptions.shift();
      return () => ({ done: false, value });
    }
    if (this.#left) return () => END;
    if (this.#leaving || !this.#answer) return undefined;
    const answer = this.#answer;
    this.#answer = undefined;
    this.#asked = false;
    return answer;
  }
}

const END: Step = { done: true, value: undefined };

async function answerOf(source: Source): Promise<() => Step> {
  try {
    const step = await source.next();
    return () => step;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
