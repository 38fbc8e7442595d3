import { assert } from "chai";
import { topic } from "./case.ts";

export const builders = topic("builders", {
  "every replica has the application that the args make": async (trial) => {
    const { handle, name } = await trial.run("builtNest", { args: { listed: [100, 1000] } });
    assert.deepEqual(await handle.sums(1), [2, 11, 101, 1001]);
    const { deployments = {} } = trial.serve.status().applications[name] ?? {};
    assert.sameMembers(Object.keys(deployments), [
      "Adder",
      "Adder_1",
      "Adder_2",
      "Adder_3",
      "Nest",
    ]);
  },

  "without args they get an empty object": async (trial) => {
    const { handle } = await trial.run("builtNest");
    assert.deepEqual(await handle.sums(1), [2, 11]);
  },

  "applications of one builder are apart": async (trial) => {
    const two = await trial.run("builtAdder", { args: { amount: 2 } });
    const three = await trial.run("builtAdder", { args: { amount: 3 } });
    assert.deepEqual([await two.handle.add(1), await three.handle.add(1)], [3, 4]);
  },

  "other applications call them by their handles": async (trial) => {
    const visitor = await trial.run("visitor");
    const two = await trial.run("builtAdder", { args: { amount: 2 } });
    assert.equal(await visitor.handle.visit(two.handle, 1), 3);
  },

  "an update brings other args": async (trial) => {
    const place = { name: "rebuilt", routePrefix: "/rebuilt" };
    await trial.run("builtNest", { ...place, args: { listed: [100] } });
    const { handle } = await trial.run("builtNest", { ...place, args: { listed: [200, 300] } });
    assert.deepEqual(await handle.sums(1), [2, 11, 201, 301]);
  },
});
