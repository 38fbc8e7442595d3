import { assert } from "chai";
import { topic } from "./case.ts";
import { serveError, settle } from "./failure.ts";
import type { AppName, Trial } from "./trial.ts";
import { pause, until } from "./until.ts";

/** Runs an application whose deployment `Gated` is autoscaled, and looks at its status. */
async function scaled<K extends AppName>(trial: Trial, app: K, deployment = "Gated") {
  const running = await trial.run(app);
  const status = () => trial.serve.status().applications[running.name]?.deployments[deployment];
  return Object.assign(running, {
    status,
    /** Resolves once so many replicas should run, and do. */
    reaches: (count: number) =>
      until(() => {
        const { targetNumReplicas, replicas = [] } = status() ?? {};
        const up = replicas.filter(({ state }) => state === "RUNNING");
        return targetNumReplicas === count && up.length === count && replicas.length === count;
      }),
  });
}

const ids = (count: number) => Array.from({ length: count }, (_, index) => `call ${index}`);

export const autoscaling = topic("autoscaling", {
  "from zero a call waits for the replica that it starts": async (trial) => {
    const { handle, gate, status, reaches } = await scaled(trial, "scaledFromZero");
    assert.equal(status()?.targetNumReplicas, 0);
    assert.equal(status()?.status, "HEALTHY");
    const answer = handle.work("held");
    await gate.noted("in held");
    assert.equal(status()?.targetNumReplicas, 1);
    await gate.open("held");
    assert.match(await answer, /Gated#1$/);
    await reaches(0);
  },

  "more load starts replicas, and quiet ends them": async (trial) => {
    const { handle, gate, reaches, status } = await scaled(trial, "scaledFromZero");
    const calls = ids(6).map((id) => handle.work(id));
    await reaches(3);
    assert.match(status()?.message ?? "", /calls on average of 0\.2 s, 3 wanted for 1 a replica/);
    await gate.open("*");
    assert.lengthOf(await Promise.all(calls), 6);
    await reaches(0);
    await handle.work("once more");
  },

  "the load is that of replicas that call, too": async (trial) => {
    const { handle, gate, reaches } = await scaled(trial, "scaledBehind");
    const calls = handle.work(...ids(5));
    await reaches(3);
    await gate.open("*");
    assert.lengthOf(await calls, 5);
    await reaches(0);
  },

  "the count stays within its bounds": async (trial) => {
    const { handle, gate, reaches, status } = await scaled(trial, "scaledBounded");
    const calls = ids(8).map((id) => handle.work(id));
    await reaches(2);
    for (let look = 0; look < 20; look += 1) {
      await pause();
      assert.equal(status()?.targetNumReplicas, 2);
    }
    assert.equal(status()?.autoscaling?.desiredReplicas, 2);
    await gate.open("*");
    await Promise.all(calls);
    await reaches(1);
    await settle();
    assert.equal(status()?.targetNumReplicas, 1);
  },

  "an update keeps the count": async (trial) => {
    const { name, prefix, handle, gate, reaches, status } = await scaled(trial, "scaledBounded");
    const calls = ids(4).map((id) => handle.work(id));
    await reaches(2);
    await gate.open("*");
    await Promise.all(calls);
    const update = trial.run("scaledBounded", { name, routePrefix: prefix });
    assert.equal(status()?.targetNumReplicas, 2);
    await update;
  },

  "a policy of one's own says how many": async (trial) => {
    const { handle, gate, reaches } = await scaled(trial, "scaledByPolicy");
    const call = handle.work("one");
    await reaches(2);
    const other = handle.work("two");
    await reaches(4);
    await gate.open("*");
    await Promise.all([call, other]);
    await reaches(1);
  },

  "a policy that throws leaves the count as it is, and calls are served": async (trial) => {
    const { handle, gate, reaches, status } = await scaled(trial, "scaledThrowing");
    await reaches(2);
    const calls = ids(3).map((id) => handle.work(id));
    await until(() => status()?.message.includes("the policy threw: too many to count") ?? false);
    assert.equal(status()?.targetNumReplicas, 2);
    assert.equal(status()?.status, "HEALTHY");
    await gate.open("*");
    assert.lengthOf(await Promise.all(calls), 3);
    await until(() => !status()?.message.includes("the policy threw"));
  },

  "so does one that gives no number": async (trial) => {
    const { handle, gate, reaches, status } = await scaled(trial, "scaledNaN");
    await reaches(2);
    const calls = ids(3).map((id) => handle.work(id));
    const problem = "the policy must return a number of at least 0, got NaN";
    await until(() => status()?.message.includes(problem) ?? false);
    assert.equal(status()?.targetNumReplicas, 2);
    await gate.open("*");
    assert.lengthOf(await Promise.all(calls), 3);
  },

  "a policy sees what the class's autoscalingStats says": async (trial) => {
    const { handle, untyped, reaches } = await scaled(trial, "scaledByBacklog", "Backlog");
    await handle.wait(3);
    await reaches(3);
    const { autoscalingStats } = untyped;
    const error = await serveError(autoscalingStats?.() as Promise<unknown>, "METHOD_NOT_FOUND");
    assert.include(error.message, "belongs to the life of a replica");
  },

  "auto is from one replica to as many as the host has room for": async (trial) => {
    const { handle, gate, status } = await scaled(trial, "scaledAuto");
    const { minReplicas, maxReplicas = 0, targetOngoingRequests } = status()?.autoscaling ?? {};
    assert.deepEqual([minReplicas, targetOngoingRequests], [1, 2]);
    assert.isAtLeast(maxReplicas, 1);
    assert.isAtMost(maxReplicas, 100);
    await gate.open("*");
    await handle.work("one");
  },

  "what scales itself is not scaled by hand, but where another program is to do that": async (
    trial,
  ) => {
    const own = await scaled(trial, "scaledBounded");
    const { message } = await serveError(
      trial.serve.scale(`${own.name}/Gated`, 2),
      "INVALID_OPTION",
    );
    assert.include(message, "it is scaled by its load; change its option autoscaling");
    const { name, handle, gate, reaches, status } = await scaled(trial, "scaledOutside");
    const calls = ids(6).map((id) => handle.work(id));
    await trial.serve.scale(`${name}/Gated`, 3);
    await reaches(3);
    await gate.open("*");
    await Promise.all(calls);
    await trial.serve.scale(`${name}/Gated`, 2);
    assert.equal(status()?.targetNumReplicas, 2);
    const refused = await serveError(trial.serve.scale(`${name}/Gated`, 4), "INVALID_OPTION");
    assert.include(refused.message, "must be a whole number from 1 to 3");
  },
});
