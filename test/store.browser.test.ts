import { describe, expect, it } from "vitest";
import { indexedDbStore } from "../adapters/browser/store.ts";
import { storeCases } from "./store.suite.ts";

let databases = 0;
const freshName = () => `store-${Date.now()}-${databases++}`;

/** A database that some other program made. */
function foreign(name: string, version: number, fill: (db: IDBDatabase) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => fill(request.result);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      request.result.close();
      resolve();
    };
  });
}

describe("indexedDbStore", () => {
  for (const { name, run } of storeCases) {
    it(name, () => {
      const database = freshName();
      return run(() => indexedDbStore(database));
    });
  }

  it("compares revisions between two that have it open", async () => {
    const name = freshName();
    const [one, other] = [await indexedDbStore(name), await indexedDbStore(name)];
    await one.put("target", "one", 0);
    await expect(other.put("target", "other", 0)).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await other.put("target", "other", 1)).toBe(2);
    expect(await one.get("target")).toEqual({ text: "other", revision: 2 });
    await Promise.all([one.close(), other.close()]);
  });

  it("refuses a database of a newer format and leaves it", async () => {
    const name = freshName();
    await foreign(name, 2, (db) => db.createObjectStore("documents").put("newer", "target"));
    const message = expect.stringMatching(/newer format; use the isoserve that wrote it$/);
    const refusal = { code: "STATE_UNREADABLE", message };
    await expect(indexedDbStore(name)).rejects.toMatchObject(refusal);
    expect(await indexedDB.databases()).toContainEqual({ name, version: 2 });
  });

  it("refuses another program's database", async () => {
    const name = freshName();
    await foreign(name, 1, (db) => db.createObjectStore("books"));
    const message = `IndexedDB database "${name}": is the database of another program; give it another name`;
    await expect(indexedDbStore(name)).rejects.toMatchObject({ message });
  });

  it.each([null, "text", { text: 1, revision: 1 }, { text: "no revision" }])(
    "refuses a document of another shape: %j",
    async (document) => {
      const name = freshName();
      await foreign(name, 1, (db) => db.createObjectStore("documents").put(document, "target"));
      const store = await indexedDbStore(name);
      const refusal = { code: "STATE_UNREADABLE" };
      await expect(store.get("target")).rejects.toMatchObject(refusal);
      await expect(store.put("target", "{}", 0)).rejects.toMatchObject(refusal);
      await store.close();
    },
  );

  it("lets go of a database that is deleted, or taken to a newer format", async () => {
    const name = freshName();
    const store = await indexedDbStore(name);
    await foreign(name, 2, () => {});
    await expect(store.get("target")).rejects.toMatchObject({ code: "STATE_UNREADABLE" });
  });
});
