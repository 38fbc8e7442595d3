import { expect, it } from "vitest";
import { browser, indexedDbStore } from "../adapters/browser/index.ts";
import { createServe } from "../src/index.ts";
import * as apps from "./fixtures/apps.ts";
import workerUrl from "./fixtures/apps.worker.ts?bundled";
import type { Adder } from "./fixtures/composed.ts";

const worker = () => new Worker(workerUrl, { type: "module" });

/** What a page does each time it is loaded. */
async function pageLoad(database: string) {
  const store = await indexedDbStore(database);
  const serve = createServe(browser({ store, exports: { ...apps }, worker }));
  await serve.declarations.recover();
  return {
    serve,
    leave: async () => {
      await serve.shutdown();
      await store.close();
    },
  };
}

it("a page that is loaded again runs what it ran, with the last counts", async () => {
  const database = `recovery-${Date.now()}`;
  const first = await pageLoad(database);
  await first.serve.declarations.put(
    { name: "app", routePrefix: "/app", importPath: "./apps.ts#adder" },
    0,
  );
  await first.serve.scale("app", 2);
  await first.leave();

  const { serve, leave } = await pageLoad(database);
  await serve.controller.settled("app");
  expect(await serve.handle<Adder>("app").add(1)).toBe(6);
  expect(serve.status().applications["app"]?.deployments["Adder"]?.replicas).toHaveLength(2);
  await serve.declarations.delete("app", undefined);
  await leave();

  const last = await pageLoad(database);
  expect(last.serve.status().applications).toEqual({});
  await last.leave();
});
