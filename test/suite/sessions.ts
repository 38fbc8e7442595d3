import { assert } from "chai";
import type { Place } from "../fixtures/places.ts";
import { topic } from "./case.ts";

const SESSIONS = Array.from({ length: 12 }, (_, at) => `session-${at}`);

export const sessions = topic("sessions", {
  "all calls of one go to one replica, whoever makes them": async (trial) => {
    const { handle, name } = await trial.run("places", { args: {} });
    const place = trial.serve.handle<Place>(`${name}/Place`);
    const used = new Set<string>();
    for (const sessionId of SESSIONS) {
      const home = await place.options({ sessionId }).where();
      used.add(home);
      assert.deepEqual(await handle.where({ sessionId }, 3), [home, home, home]);
    }
    assert.isAbove(used.size, 1);
  },

  "also at the same time, while the replica has room": async (trial) => {
    const { name, gate } = await trial.run("places", { args: {} });
    const mine = trial.serve.handle<Place>(`${name}/Place`).options({ sessionId: "mine" });
    const calls = ["a", "b", "c", "d"].map((id) => mine.held(id));
    await gate.holds(4);
    await gate.open("*");
    assert.equal(new Set(await Promise.all(calls)).size, 1);
  },

  "are named by a header, too": async (trial) => {
    const { fetch } = await trial.run("placeIngress");
    const used = new Set<string>();
    for (const session of SESSIONS) {
      const headers = { "x-session-id": session };
      const homes = await Promise.all(
        [1, 2, 3].map(async () => (await fetch("/", { headers })).text()),
      );
      assert.equal(new Set(homes).size, 1);
      for (const home of homes) used.add(home);
    }
    assert.isAbove(used.size, 1);
  },

  "a call goes elsewhere rather than wait for a full replica": async (trial) => {
    const { name, gate } = await trial.run("placesTight");
    const mine = trial.serve.handle<Place>(`${name}/Place`).options({ sessionId: "mine" });
    const home = await mine.where();
    const first = mine.held("first");
    await gate.noted("in first");
    assert.notEqual(await mine.where(), home);
    await gate.open("*");
    assert.equal(await first, home);
    assert.equal(await mine.where(), home);
  },

  "when a replica dies only its own move, and when one comes only to that": async (trial) => {
    const { name, replicas } = await trial.run("places", { args: {} });
    const place = trial.serve.handle<Place>(`${name}/Place`);
    // One after the other: at the same time they could be too many for what is left, and move for that.
    const homes = async () => {
      const found: string[] = [];
      for (const sessionId of SESSIONS) found.push(await place.options({ sessionId }).where());
      return found;
    };
    const before = await homes();
    const known = replicas("Place");
    const [dead = ""] = before;
    await trial.kill(dead);
    const after = await homes();
    after.forEach((home, at) => {
      assert.notEqual(home, dead);
      if (before[at] !== dead && known.includes(home)) assert.equal(home, before[at]);
    });
  },

  "goes before whatever router there is": async (trial) => {
    const place = { name: "sessions-and-routers", routePrefix: "/sessions-and-routers" };
    for (const router of ["leastLoaded", "roundRobin", "consistentHash"] as const) {
      const { handle } = await trial.run("places", { ...place, args: { router } });
      assert.equal(new Set(await handle.where({ sessionId: "mine" }, 6)).size, 1);
    }
  },
});
