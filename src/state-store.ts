import { messageOf, ServeError } from "./errors.ts";

/** A document with the revision that `put` gave it: 1 for the first, one more with each. */
export interface StoredDocument {
  readonly text: string;
  readonly revision: number;
}

/**
 * Where the controller's state outlives its process. Each document is written whole, so what is read is the one
 * before or the one after a `put`, whenever the process was killed.
 *
 * Failure contract: what makes a store refuses, with `STATE_UNREADABLE`, one that is damaged, of another format or
 * somebody else's, and changes nothing of it. A method rejects with the same code where the store has become so,
 * can't be written (a full disk) or was closed; the documents are then what they were.
 */
export interface StateStore {
  get(key: string): Promise<StoredDocument | undefined>;
  /**
   * Resolves with the new revision when the document would survive the death of the process.
   *
   * @param text well-formed Unicode, as `JSON.stringify` makes it
   * @param expected the revision it replaces; 0 where there must be none yet
   * @throws ServeError `CONFLICT` when another was written meanwhile
   */
  put(key: string, text: string, expected: number): Promise<number>;
  /** Lets go of the store, for the next who opens it. Does nothing the second time. */
  close(): Promise<void>;
}

/** @param where the store, as its messages name it */
export function revisionConflict(where: string, key: string, expected: number): ServeError {
  const found = expected === 0 ? "exists already" : `is no longer at revision ${expected}`;
  return new ServeError("CONFLICT", `${where}: "${key}" ${found}; read it again and decide anew`);
}

/** @param problem what is wrong and the remedy */
export function stateUnreadable(where: string, problem: string, cause?: unknown): ServeError {
  return new ServeError("STATE_UNREADABLE", `${where}: ${problem}`, { cause });
}

/** Passes a ServeError on; anything else that a store's own interface throws becomes `STATE_UNREADABLE`. */
export function stateFailure(where: string, thrown: unknown): ServeError {
  if (thrown instanceof ServeError) return thrown;
  return stateUnreadable(where, `can't be used (${messageOf(thrown)})`, thrown);
}
