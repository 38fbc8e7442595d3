/** A document with the revision that `put` gave it: 1 for the first, one more with each. */
export interface StoredDocument {
  readonly text: string;
  readonly revision: number;
}

/**
 * Where the controller's state outlives its process. Each document is written whole, so what is read is the one
 * before or the one after a `put`, whenever the process was killed.
 *
 * Failure contract: every method rejects with `STATE_UNREADABLE` where the store is damaged or of a newer isoserve,
 * and changes nothing then.
 */
export interface StateStore {
  get(key: string): Promise<StoredDocument | undefined>;
  /**
   * Resolves with the new revision when the document would survive the death of the process.
   *
   * @param expected the revision it replaces; 0 where there must be none yet
   * @throws ServeError `CONFLICT` when another was written meanwhile
   */
  put(key: string, text: string, expected: number): Promise<number>;
  close(): Promise<void>;
}
