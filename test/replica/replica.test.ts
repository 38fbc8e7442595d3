import { describe, expect, it } from "vitest";
import { manualClock } from "../../adapters/memory/clock.ts";
import { applicationGraph, type NamedNode } from "../../src/application-graph.ts";
import { Cancellation } from "../../src/cancellation.ts";
import { synchronousContext } from "../../src/context.ts";
import { context, deployment } from "../../src/index.ts";
import { keepNothing } from "../../src/keep-alive.ts";
import { holdNothing } from "../../src/platform.ts";
import { Replica } from "../../src/replica/replica.ts";
import { quietScope } from "../fixtures/log-book.ts";

class Worker {
  runs = 0;

  run(): (number | undefined)[] {
    this.runs += 1;
    return [this.runs, context().deadline];
  }
}

const spec = {
  replicaId: "app/Worker#1",
  application: "app",
  deployment: "Worker",
  index: 0,
  metrics: false,
  maxOngoingRequests: 1,
  userConfig: undefined,
};
const request = { method: "run", requestId: "r", priority: 0, http: false, affinity: {} };

describe("Replica", () => {
  it("does not start a call whose deadline has passed, and its slot is free", async () => {
    const clock = manualClock(1000);
    const [node] = applicationGraph(deployment(Worker).bind()).nodes as [NamedNode];
    const platform = {
      asyncContext: synchronousContext(),
      clock,
      hold: holdNothing,
      keepAlive: keepNothing,
      scope: quietScope(),
    };
    const replica = await Replica.start(spec, node, [], platform);
    const run = async (deadline?: number) => {
      expect(replica.admit({ kept: 0 }, false)).toBe(true);
      const { value, finish } = await replica.run(request, () => [], new Cancellation(deadline));
      finish();
      return value;
    };
    await expect(run(1000)).rejects.toMatchObject({ code: "TIMEOUT", deadline: 1000 });
    expect(await run(1001)).toEqual([1, 1001]);
    expect(await run()).toEqual([2, undefined]);
  });
});
