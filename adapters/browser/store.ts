import {
  revisionConflict,
  type StateStore,
  type StoredDocument,
  stateFailure,
  stateUnreadable,
} from "../../src/state-store.ts";

/** Another number for each change that an older isoserve would misread. */
const FORMAT = 1;
const DOCUMENTS = "documents";

/**
 * A store in an IndexedDB database of this origin, which is made where there is none. Tabs share it: of two that
 * replace the same revision, one gets `CONFLICT`.
 *
 * @throws ServeError `STATE_UNREADABLE` when the browser has none, or the database is newer or somebody else's
 */
export async function indexedDbStore(name = "isoserve"): Promise<StateStore> {
  const where = `IndexedDB database "${name}"`;
  const db = await openDatabase(name, where);
  // Who deletes the database, or brings a newer format, waits until this one has let go.
  db.onversionchange = () => db.close();

  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw stateFailure(where, error);
    }
  };
  return {
    get: (key) =>
      guarded(async () => {
        const documents = db.transaction(DOCUMENTS).objectStore(DOCUMENTS);
        return documentOf(await resultOf(documents.get(key)), where);
      }),
    put: (key, text, expected) =>
      guarded(async () => {
        const transaction = db.transaction(DOCUMENTS, "readwrite", { durability: "strict" });
        const documents = transaction.objectStore(DOCUMENTS);
        // The transaction stays open as long as only its own requests are awaited.
        const found = documentOf(await resultOf(documents.get(key)), where);
        if ((found?.revision ?? 0) !== expected) throw revisionConflict(where, key, expected);
        const revision = expected + 1;
        documents.put({ text, revision } satisfies StoredDocument, key);
        await committed(transaction);
        return revision;
      }),
    close: async () => db.close(),
  };
}

async function openDatabase(name: string, where: string): Promise<IDBDatabase> {
  try {
    const request = indexedDB.open(name, FORMAT);
    request.onupgradeneeded = () => request.result.createObjectStore(DOCUMENTS);
    const db = await resultOf(request);
    if (db.objectStoreNames.contains(DOCUMENTS)) return db;
    db.close();
  } catch (error) {
    if ((error as Error).name !== "VersionError") throw stateFailure(where, error);
    throw stateUnreadable(where, "has a newer format; use the isoserve that wrote it", error);
  }
  throw stateUnreadable(where, "is the database of another program; give it another name");
}

function documentOf(value: unknown, where: string): StoredDocument | undefined {
  if (value === undefined) return undefined;
  const { text, revision } = (value ?? {}) as Partial<StoredDocument>;
  if (typeof text === "string" && Number.isInteger(revision)) return value as StoredDocument;
  throw stateUnreadable(where, "holds what isoserve did not write; delete it or use another name");
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}
