import { assert } from "chai";
import type { Place } from "../fixtures/places.ts";
import { topic } from "./case.ts";
import { serveError } from "./failure.ts";

const counts = (places: readonly string[]) =>
  [...new Set(places)].map((place) => places.filter((other) => other === place).length);

export const routers = topic("routers", {
  "roundRobin takes each in turn": async (trial) => {
    const { handle } = await trial.run("places", { args: { router: "roundRobin" } });
    const order = await handle.where({}, 9);
    assert.deepEqual(counts(order), [3, 3, 3]);
    assert.deepEqual(order.slice(3, 6), order.slice(0, 3));
  },

  "leastLoaded passes over the busy": async (trial) => {
    const { name, gate } = await trial.run("places", { args: { router: "leastLoaded" } });
    const place = trial.serve.handle<Place>(`${name}/Place`);
    const held = ["a", "b"].map((id) => place.held(id));
    await gate.holds(2);
    const free = new Set<string>();
    for (let time = 0; time < 6; time += 1) free.add(await place.where());
    await gate.open("*");
    const busy = await Promise.all(held);
    assert.equal(new Set([...busy, ...free]).size, 3);
    assert.equal(free.size, 1);
  },

  "consistentHash goes by the shard key where there is no session": async (trial) => {
    const { name, handle } = await trial.run("places", { args: { router: "consistentHash" } });
    const place = trial.serve.handle<Place>(`${name}/Place`);
    const used = new Set<string>();
    for (const shardKey of ["a", "b", "c", "d", "e", "f", "g", "h"]) {
      const home = await place.options({ shardKey }).where();
      assert.deepEqual(await handle.where({ shardKey }, 3), [home, home, home]);
      used.add(home);
    }
    assert.isAbove(used.size, 1);
  },

  "another one is used at once, and replaces no replica": async (trial) => {
    const place = { name: "rerouted", routePrefix: "/rerouted" };
    const before = await trial.run("places", { ...place, args: { router: "consistentHash" } });
    const [home] = await before.handle.where({ shardKey: "a" });
    assert.deepEqual(await before.handle.where({ shardKey: "a" }, 3), [home, home, home]);
    const known = before.replicas("Place");
    const after = await trial.run("places", { ...place, args: { router: "roundRobin" } });
    assert.deepEqual(after.replicas("Place"), known);
    let order: string[] = [];
    // The news may still be on its way to the caller's thread.
    do order = await after.handle.where({ shardKey: "a" }, 3);
    while (new Set(order).size < 3);
  },

  "one of the app module's own is asked wherever its application calls": async (trial) => {
    const { name, handle, replicas } = await trial.run("placesByNumber");
    const place = trial.serve.handle<Place>(`${name}/Place`);
    for (const replicaId of replicas("Place")) {
      const shardKey = replicaId.slice(replicaId.indexOf("#") + 1);
      assert.equal(await place.options({ shardKey }).where(), replicaId);
      assert.deepEqual(await handle.where({ shardKey }, 3), [replicaId, replicaId, replicaId]);
    }
  },

  "one of one's own may have a call wait": async (trial) => {
    const { name, handle } = await trial.run("placesByNumber");
    const none = { shardKey: "none", timeoutMs: 100 };
    const place = trial.serve.handle<Place>(`${name}/Place`);
    await serveError(place.options(none).where(), "TIMEOUT");
    await serveError(handle.where(none), "TIMEOUT");
    assert.lengthOf(await handle.where(), 1);
  },

  "a broken one is no reason to fail": async (trial) => {
    const { handle } = await trial.run("placesBroken");
    assert.lengthOf(await handle.where({}, 5), 5);
  },
});
