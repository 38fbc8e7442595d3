import {
  revisionConflict,
  type StateStore,
  type StoredDocument,
  stateUnreadable,
} from "./state-store.ts";

const WHERE = "state in memory";

/**
 * The reference of what a `StateStore` does. It forgets everything with the process.
 *
 * @param documents what outlives this store: make the next one with the same map, as another opens the same file
 */
export function memoryStore(documents = new Map<string, StoredDocument>()): StateStore {
  let closed = false;
  const opened = () => {
    if (closed) throw stateUnreadable(WHERE, "is closed");
    return documents;
  };
  return {
    get: async (key) => opened().get(key),
    put: async (key, text, expected) => {
      if ((opened().get(key)?.revision ?? 0) !== expected) {
        throw revisionConflict(WHERE, key, expected);
      }
      documents.set(key, { text, revision: expected + 1 });
      return expected + 1;
    },
    close: async () => {
      closed = true;
    },
  };
}
