const ONGOING = 0;
const TURNS = 1;
const BYTES = 8;

/** Signs of life of a replica. In shared memory its host reads them even while the replica's thread is blocked. */
export class Pulse {
  readonly #cells: Int32Array<ArrayBufferLike>;

  constructor(memory: ArrayBufferLike = new ArrayBuffer(BYTES)) {
    this.#cells = new Int32Array(memory);
  }

  /** Memory that threads share; undefined in a page that is not cross-origin isolated. */
  static sharedMemory(): SharedArrayBuffer | undefined {
    return typeof SharedArrayBuffer === "undefined" ? undefined : new SharedArrayBuffer(BYTES);
  }

  /** Calls that run. */
  get ongoing(): number {
    return this.#cells[ONGOING] as number;
  }

  /** Grows, and wraps, with each call that starts or ends. */
  get turns(): number {
    return this.#cells[TURNS] as number;
  }

  began(): void {
    this.#cells[ONGOING] = (this.#cells[ONGOING] as number) + 1;
    this.#cells[TURNS] = (this.#cells[TURNS] as number) + 1;
  }

  ended(): void {
    this.#cells[ONGOING] = (this.#cells[ONGOING] as number) - 1;
    this.#cells[TURNS] = (this.#cells[TURNS] as number) + 1;
  }
}
