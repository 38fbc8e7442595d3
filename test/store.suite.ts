import { assert } from "chai";
import type { StateStore } from "../src/state-store.ts";
import { serveError } from "./suite/failure.ts";

/** Opens the store of one place; again after `close`, as the next process does. */
export type OpenStore = () => Promise<StateStore>;

export interface StoreCase {
  readonly name: string;
  /** Rejects when the store does not behave. The place is this case's own, and empty. */
  run(open: OpenStore): Promise<void>;
}

/** A text as JSON.stringify makes it, and everything that it leaves alone. */
const UNICODE = 'ünï "quoted" \u0000\u2028\ufffd\u{1f600}e\u0301\n\uffff';

/** More bytes than a row of a Durable Object may have, with a character across each round boundary. */
const LARGE = `x${"aé€\u{1f600}".repeat(250_000)}`;

const checks: Readonly<Record<string, (store: StateStore, open: OpenStore) => Promise<void>>> = {
  "there is nothing at first": async (store) => {
    assert.isUndefined(await store.get("target"));
  },

  "gives what was put": async (store) => {
    assert.equal(await store.put("target", "{}", 0), 1);
    assert.deepEqual(await store.get("target"), { text: "{}", revision: 1 });
  },

  "revisions count up, also where the text stays": async (store) => {
    for (const [expected, text] of ["a", "b", "b", ""].entries()) {
      assert.equal(await store.put("target", text, expected), expected + 1);
      assert.deepEqual(await store.get("target"), { text, revision: expected + 1 });
    }
  },

  "another revision than the expected is a conflict, and nothing changes": async (store) => {
    await serveError(store.put("target", "early", 1), "CONFLICT");
    assert.isUndefined(await store.get("target"));
    await store.put("target", "first", 0);
    await store.put("target", "second", 1);
    for (const expected of [0, 1, 3, -1]) {
      const { message } = await serveError(store.put("target", "late", expected), "CONFLICT");
      assert.include(message, '"target"');
      assert.notInclude(message, "\n");
    }
    assert.deepEqual(await store.get("target"), { text: "second", revision: 2 });
  },

  "of 20 puts at once exactly one wins": async (store) => {
    for (const expected of [0, 1]) {
      const puts = Array.from({ length: 20 }, (_, racer) =>
        store.put("target", `racer ${racer}`, expected),
      );
      const settled = await Promise.allSettled(puts);
      const winner = settled.findIndex(({ status }) => status === "fulfilled");
      const losers = puts.toSpliced(winner, 1);
      await Promise.all(losers.map((put) => serveError(put, "CONFLICT")));
      const text = `racer ${winner}`;
      assert.deepEqual(await store.get("target"), { text, revision: expected + 1 });
    }
  },

  "keys don't mix": async (store) => {
    const keys = ["target", "Target", "target ", "", "tar%", "__proto__", "ü", "u\u0308"];
    for (const key of keys) await store.put(key, `of ${key}`, 0);
    await store.put("target", "newer", 1);
    for (const key of keys.slice(1)) {
      assert.deepEqual(await store.get(key), { text: `of ${key}`, revision: 1 });
    }
    assert.deepEqual(await store.get("target"), { text: "newer", revision: 2 });
  },

  "any text comes back as it was": async (store) => {
    await store.put("target", UNICODE, 0);
    assert.deepEqual(await store.get("target"), { text: UNICODE, revision: 1 });
  },

  "a text of megabytes is kept, then a small one in its place": async (store) => {
    await store.put("target", LARGE, 0);
    assert.isTrue((await store.get("target"))?.text === LARGE);
    await store.put("target", "small", 1);
    assert.deepEqual(await store.get("target"), { text: "small", revision: 2 });
  },

  "who opens it next finds the same": async (store, open) => {
    await store.put("target", LARGE, 0);
    await store.put("target", UNICODE, 1);
    await store.put("other", LARGE, 0);
    await store.close();
    const next = await open();
    assert.deepEqual(await next.get("target"), { text: UNICODE, revision: 2 });
    assert.isTrue((await next.get("other"))?.text === LARGE);
    assert.equal(await next.put("target", "on", 2), 3);
    await next.close();
  },

  "a closed one does nothing more": async (store, open) => {
    await store.put("target", "kept", 0);
    await store.close();
    await store.close();
    await serveError(store.get("target"), "STATE_UNREADABLE");
    await serveError(store.put("target", "lost", 1), "STATE_UNREADABLE");
    const next = await open();
    assert.deepEqual(await next.get("target"), { text: "kept", revision: 1 });
    await next.close();
  },
};

/** What every `StateStore` does, wherever it keeps its documents. */
export const storeCases: readonly StoreCase[] = Object.entries(checks).map(([name, check]) => ({
  name,
  run: async (open) => {
    const store = await open();
    try {
      await check(store, open);
    } finally {
      await store.close();
    }
  },
}));
