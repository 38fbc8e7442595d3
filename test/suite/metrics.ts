import { assert } from "chai";
import type { Arm } from "../fixtures/arms.ts";
import { parseExposition } from "../telemetry/parse-exposition.ts";
import { topic } from "./case.ts";
import { failure, serveError } from "./failure.ts";
import { request, type Trial } from "./trial.ts";
import { until } from "./until.ts";

type Labels = Readonly<Record<string, string>>;

/** Reads `/-/metrics` and finds series by their name and labels, those of the application added. */
async function scrape(trial: Trial, application: string) {
  const response = await trial.serve.fetch(request("/-/metrics"));
  assert.equal(response.status, 200);
  const type = "text/plain; version=0.0.4; charset=utf-8";
  assert.equal(response.headers.get("content-type"), type);
  const series = parseExposition(await response.text()).flatMap((family) => family.series);
  return (name: string, wanted: Labels = {}): number | undefined => {
    const labels = Object.entries({ application, ...wanted });
    const found = series.filter(
      (one) => one.name === name && labels.every(([label, value]) => one.labels[label] === value),
    );
    assert.isAtMost(found.length, 1, `${name} is not one series`);
    return found[0]?.value;
  };
}

export const metrics = topic("metrics", {
  "show requests by route, method and status": async (trial) => {
    const { name, prefix, fetch } = await trial.run("counted");
    await fetch("/a?b");
    await fetch("/c");
    await fetch("/", { method: "DELETE" });
    const find = await scrape(trial, name);
    const route = { route: prefix };
    const requests = "isoserve_http_requests_total";
    assert.equal(find(requests, { ...route, method: "GET", status: "200" }), 2);
    assert.equal(find(requests, { ...route, method: "DELETE", status: "200" }), 1);
    const duration = "isoserve_http_request_duration_seconds";
    assert.equal(find(`${duration}_count`, { ...route, method: "GET" }), 2);
    assert.equal(find("isoserve_http_ongoing_requests", route), 0);
    assert.isUndefined(find("isoserve_http_errors_total", route));
  },

  "show the errors of requests": async (trial) => {
    const { name, prefix, fetch } = await trial.run("faulty");
    const { status } = await fetch("/");
    const find = await scrape(trial, name);
    const labels = { route: prefix, status: String(status), method: "GET" };
    assert.equal(find("isoserve_http_requests_total", labels), 1);
    assert.equal(find("isoserve_http_errors_total", { route: prefix, code: "INTERNAL" }), 1);
  },

  "show calls, and what became of those that waited": async (trial) => {
    const { name, handle, gate } = await trial.run("gatedOne");
    const runs = handle.work("runs");
    await gate.noted("in runs");
    const waits = handle.work("waits");
    const callee = { deployment: "Gated" };
    await until(async () => {
      const find = await scrape(trial, name);
      return find("isoserve_router_queued_calls", callee) === 1;
    });
    waits.cancel();
    await serveError(waits, "CANCELLED");
    runs.cancel();
    await serveError(runs, "CANCELLED");
    const find = await scrape(trial, name);
    assert.equal(find("isoserve_router_calls_total", callee), 2);
    assert.equal(find("isoserve_router_queued_calls", callee), 0);
    assert.equal(find("isoserve_router_queue_wait_seconds_count", callee), 1);
    const cancelled = "isoserve_router_cancellations_total";
    assert.equal(find(cancelled, { ...callee, state: "queued" }), 1);
    assert.equal(find(cancelled, { ...callee, state: "running" }), 1);
    await gate.open("*");
  },

  "show what is refused": async (trial) => {
    const { name, handle, gate } = await trial.run("gatedQueue");
    const runs = handle.work("runs");
    await gate.noted("in runs");
    const waits = handle.work("waits");
    await serveError(handle.work("refused"), "BACKPRESSURE");
    await gate.open("*");
    await Promise.all([runs, waits]);
    const find = await scrape(trial, name);
    const callee = { deployment: "Gated" };
    assert.equal(find("isoserve_router_rejected_calls_total", callee), 1);
    assert.equal(find("isoserve_router_queue_wait_seconds_count", callee), 2);
  },

  "show batches, and why they closed": async (trial) => {
    const { name, handle, gate } = await trial.run("batches");
    const first = handle.see("first");
    await gate.noted("in first");
    const rest = [..."abcdef"].map((item) => handle.see(item));
    const see = { deployment: "Batches", replica: "0", method: "see" };
    await until(async () => {
      const find = await scrape(trial, name);
      return find("isoserve_batch_waiting_items", see) === 6;
    });
    await gate.open("*");
    await Promise.all([first, ...rest]);
    const find = await scrape(trial, name);
    const batches = "isoserve_batches_total";
    const reasons = ["wait", "full", "slot", "deadline"];
    const counts = reasons.map((reason) => find(batches, { ...see, reason }));
    assert.deepEqual(counts, [1, 1, 1, 0]);
    assert.equal(find("isoserve_batch_size_sum", see), 7);
    assert.equal(find("isoserve_batch_size_count", see), 3);
    assert.equal(find("isoserve_batch_wait_seconds_count", see), 7);
    assert.isAbove(find("isoserve_batch_wait_seconds_sum", see) as number, 0);
    assert.equal(find("isoserve_batch_run_seconds_count", see), 3);
    assert.equal(find("isoserve_batch_waiting_items", see), 0);
    assert.equal(find("isoserve_batch_size_limit", see), 4);
  },

  "show what runs": async (trial) => {
    const { name } = await trial.run("firstThree");
    const find = await scrape(trial, name);
    const deployment = { deployment: "Versioned" };
    assert.equal(find("isoserve_replicas", { ...deployment, state: "RUNNING" }), 3);
    assert.equal(find("isoserve_replicas", { ...deployment, state: "STARTING" }), 0);
    assert.equal(find("isoserve_target_replicas", deployment), 3);
    assert.equal(find("isoserve_deployment_status", { ...deployment, status: "HEALTHY" }), 1);
    assert.equal(find("isoserve_application_status", { status: "RUNNING" }), 1);
    assert.equal(find("isoserve_application_status", { status: "DEPLOYING" }), 0);
    assert.equal(find("isoserve_replica_starts_total", deployment), 3);
    assert.equal(find("isoserve_replica_startup_seconds_count", deployment), 3);
  },

  "of replicas and of users are there": async (trial) => {
    const { name, handle } = await trial.run("counted");
    await Promise.all([handle.poke(2), handle.poke(3)]);
    await failure(handle.fail());
    const find = await scrape(trial, name);
    const replica = { deployment: "Counted", replica: "0" };
    assert.equal(find("suite_pokes_total", { ...replica, how: "softly" }), 5);
    assert.equal(find("suite_made", replica), 1);
    assert.equal(find("isoserve_replica_calls_total", replica), 3);
    assert.equal(find("isoserve_replica_errors_total", replica), 1);
    assert.equal(find("isoserve_replica_processing_seconds_count", replica), 3);
    assert.equal(find("isoserve_replica_ongoing_calls", replica), 0);
  },

  "of calls that replicas make are added up": async (trial) => {
    const { name, handle } = await trial.run("composition");
    await Promise.all([handle.run(1), handle.run(2)]);
    const find = await scrape(trial, name);
    assert.equal(find("isoserve_router_calls_total", { deployment: "Pipeline" }), 2);
    assert.equal(find("isoserve_router_calls_total", { deployment: "Adder" }), 2);
  },

  "count a stream that breaks as an error": async (trial) => {
    const { name, handle } = await trial.run("streams");
    for await (const _ of handle.count(2));
    await failure(Array.fromAsync(handle.breaksAfter(2)));
    const find = await scrape(trial, name);
    assert.equal(find("isoserve_replica_calls_total", { replica: "0" }), 2);
    assert.equal(find("isoserve_replica_errors_total", { replica: "0" }), 1);
  },

  "count what a cancelled call ran as wasted, and a missed deadline as such": async (trial) => {
    const { name, handle, gate } = await trial.run("gated");
    const late = handle.options({ timeoutMs: 20 }).work("late");
    await serveError(late, "TIMEOUT");
    // The replica hears of it a little later.
    await until(async () => {
      const find = await scrape(trial, name);
      const wasted = find("isoserve_replica_wasted_seconds_total", { deployment: "Gated" });
      return wasted !== undefined && wasted > 0;
    });
    const find = await scrape(trial, name);
    const callee = { deployment: "Gated", state: "running" };
    assert.equal(find("isoserve_router_timeouts_total", callee), 1);
    assert.equal(find("isoserve_router_cancellations_total", callee), 0);
    await gate.open("*");
  },

  "show how the arms of a split fare": async (trial) => {
    const { name, handle } = await trial.run("splitCalled");
    const weights = { canary: 1 };
    await trial.serve.setTraffic(`${name}/Split`, { weights, shadow: { shade: 1 } });
    const called = trial.serve.handle<Arm>(`${name}/Split`);
    await Promise.all([called.which(), called.which()]);
    const split = { split: "Split" };
    const shadow = { ...split, arm: "shade", role: "shadow" };
    // Nobody waits for a shadow.
    await until(async () => {
      const find = await scrape(trial, name);
      return find("isoserve_split_errors_total", shadow) === 2;
    });
    const find = await scrape(trial, name);
    const canary = { ...split, arm: "canary", role: "arm" };
    assert.equal(find("isoserve_split_calls_total", canary), 2);
    assert.equal(find("isoserve_split_call_seconds_count", canary), 2);
    assert.equal(find("isoserve_split_errors_total", canary), 0);
    assert.equal(find("isoserve_split_calls_total", shadow), 2);
    // Those that replicas make count as well.
    await handle.which(3);
    const after = await scrape(trial, name);
    const calls = (arm: string) =>
      after("isoserve_split_calls_total", { ...split, arm, role: "arm" }) ?? 0;
    assert.equal(calls("canary") + calls("stable"), 5);
  },

  "show the models that replicas hold": async (trial) => {
    const { name, handle, gate } = await trial.run("library2");
    await gate.open("*");
    const read = async (modelId: string) => await handle.options({ modelId }).read();
    for (const modelId of ["a", "b", "a", "c"]) await read(modelId);
    const find = await scrape(trial, name);
    const replica = { deployment: "Library", replica: "0" };
    assert.equal(find("isoserve_models", replica), 2);
    assert.equal(find("isoserve_model_uses_total", replica), 4);
    assert.equal(find("isoserve_model_load_seconds_count", replica), 3);
    assert.equal(find("isoserve_model_load_failures_total", replica), 0);
    assert.equal(find("isoserve_model_disposals_total", replica), 1);
  },

  "of a replica that died stay, and go on with the next one": async (trial) => {
    const { name, handle, replicas } = await trial.run("counted");
    await handle.poke(2);
    await scrape(trial, name);
    await trial.kill(replicas("Counted")[0] as string);
    await handle.poke(3);
    const find = await scrape(trial, name);
    const deployment = { deployment: "Counted" };
    assert.equal(find("suite_pokes_total", deployment), 5);
    assert.equal(find("isoserve_replica_calls_total", deployment), 2);
    assert.equal(find("isoserve_replica_deaths_total", deployment), 1);
    assert.equal(find("isoserve_replica_starts_total", deployment), 2);
  },

  "of a replica that was replaced are complete": async (trial) => {
    const { name, handle } = await trial.run("counted");
    await handle.poke(2);
    await trial.run("counted", { name });
    await handle.poke(3);
    const find = await scrape(trial, name);
    // The new one starts before the old one ends, so it has an index of its own.
    const pokes = ["0", "1"].map((replica) => find("suite_pokes_total", { replica }));
    assert.deepEqual(pokes, [2, 3]);
    assert.equal(find("isoserve_replica_deaths_total", { deployment: "Counted" }), 0);
  },
});
