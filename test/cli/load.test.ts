import { describe, expect, it } from "vitest";
import { loadOf } from "../../adapters/node/cli/load.ts";
import { LoadTable } from "../../adapters/node/cli/load-table.ts";
import type { DeploymentStatus, ServeStatus } from "../../src/index.ts";
import { BATCH, REPLICA, ROUTER } from "../../src/telemetry/catalogue.ts";
import { Registry } from "../../src/telemetry/registry.ts";
import { merge } from "../../src/telemetry/snapshot.ts";

const key = { application: "digits", deployment: "Classifier" };

/** A server of one deployment with two replicas, and another one beside it. */
class Counters {
  readonly #host = new Registry();
  readonly #replicas = ["0", "1"].map((replica) => new Registry({ ...key, replica }));
  readonly #other = new Registry({ application: "digits", deployment: "Other", replica: "0" });

  queued(count: number): void {
    this.#host.family(ROUTER.queued).at(["digits", "Classifier"]).value = count;
    this.#host.family(ROUTER.queued).at(["digits", "Other"]).value = 99;
  }

  call(replica: number, ms: number, failed = false): void {
    for (const registry of [this.#replicas[replica] as Registry, this.#other]) {
      registry.cell(REPLICA.calls).inc();
      registry.cell(REPLICA.processing).observe(ms / 1000);
      registry.cell(REPLICA.ongoing).set(replica + 1);
      if (failed) registry.cell(REPLICA.errors).inc();
    }
  }

  batch(replica: number, size: number): void {
    this.#replicas[replica]?.family(BATCH.size).at(["run"]).observe(size);
  }

  look(seconds: number) {
    const registries = [this.#host, ...this.#replicas, this.#other];
    const metrics = merge(registries.map((registry) => registry.snapshot()));
    // As it arrives over HTTP.
    return { at: seconds * 1000, metrics: JSON.parse(JSON.stringify(metrics)) };
  }
}

describe("the load of a deployment", () => {
  it("is what waits and runs, at the first look", () => {
    const counters = new Counters();
    counters.queued(3);
    counters.call(0, 10);
    counters.call(1, 10);
    expect(loadOf(key, counters.look(0), undefined)).toEqual({ queued: 3, running: 3 });
  });

  it("is nothing where nothing was counted", () => {
    const nothing = { at: 0, metrics: [] };
    expect(loadOf(key, nothing, undefined)).toEqual({ queued: 0, running: 0 });
    const recent = { callsPerSecond: 0, errorsPerSecond: 0 };
    expect(loadOf(key, { at: 1000, metrics: [] }, nothing)).toMatchObject({ recent });
  });

  it("has rates since the look before", () => {
    const counters = new Counters();
    for (let call = 0; call < 50; call += 1) counters.call(0, 5_000, true);
    counters.batch(0, 8);
    const before = counters.look(10);
    for (let call = 0; call < 98; call += 1) counters.call(call % 2, 15);
    counters.call(0, 900, true);
    counters.call(1, 900, true);
    counters.batch(0, 2);
    counters.batch(1, 4);
    const { recent } = loadOf(key, counters.look(14), before);
    expect(recent).toMatchObject({ callsPerSecond: 25, errorsPerSecond: 0.5, batchSize: 3 });
    // Within the buckets that the values lie in.
    expect(recent?.p50Ms).toBeGreaterThan(10);
    expect(recent?.p50Ms).toBeLessThan(25);
    expect(recent?.p99Ms).toBeGreaterThan(500);
    expect(recent?.p99Ms).toBeLessThanOrEqual(1000);
  });

  it("has no times where no call has ended, and no size where no batch ran", () => {
    const counters = new Counters();
    counters.call(0, 10);
    counters.batch(0, 1);
    const { recent } = loadOf(key, counters.look(2), counters.look(1));
    expect(recent).toEqual({ callsPerSecond: 0, errorsPerSecond: 0 });
  });

  it("begins anew with a server that was started anew", () => {
    const [old, young] = [new Counters(), new Counters()];
    for (let call = 0; call < 10; call += 1) old.call(0, 10);
    young.call(0, 10);
    const { recent } = loadOf(key, young.look(2), old.look(1));
    expect(recent).toMatchObject({ callsPerSecond: 1, errorsPerSecond: 0 });
    expect(recent?.p99Ms).toBeGreaterThan(0);
  });
});

const deployment = (message: string): DeploymentStatus =>
  ({
    status: "HEALTHY",
    message,
    since: 0,
    targetNumReplicas: 2,
    replicas: [{ replicaId: "r", state: "RUNNING", since: 0 }],
    deadReplicas: [],
  }) as never;
const statusOf = (applications: object) => ({ applications }) as ServeStatus;
const load = (callsPerSecond: number, p50Ms: number) => () => ({
  queued: 1,
  running: 12,
  recent: { callsPerSecond, errorsPerSecond: 0.25, p50Ms, p99Ms: 12_345, batchSize: 7.25 },
});

describe("the table of loads", () => {
  it("keeps its columns while numbers change, and never makes one narrower", () => {
    const table = new LoadTable();
    const status = statusOf({ digits: { deployments: { Classifier: deployment("1 of 2\nrun") } } });
    const [header, first] = table.lines(status, () => ({ queued: 0, running: 0 }));
    const [, second] = table.lines(status, load(1234.5, 3.06));
    expect(header).toBe(
      "APPLICATION  DEPLOYMENT    STATUS       REPLICAS   QUEUE  RUNNING    REQ/S    ERR/S      P50      P99  BATCH  MESSAGE",
    );
    expect(first).toBe(
      "digits       Classifier    HEALTHY           1/2       0        0        -        -        -        -      -  1 of 2 run",
    );
    expect(second).toBe(
      "digits       Classifier    HEALTHY           1/2       1       12     1235      0.3    3.1ms      12s    7.3  1 of 2 run",
    );
    const long = statusOf({ applications_of_mine: { deployments: { A: deployment("") } } });
    const wide = table.lines(long, load(1, 1));
    const narrow = table.lines(status, load(1, 1));
    expect(narrow[0]).toBe(wide[0]);
    expect(narrow[0]).not.toBe(header);
  });

  it("has a line for an application that has no deployments, and one for none", () => {
    const table = new LoadTable();
    const missing = { status: "DEPLOY_FAILED", message: "can't be loaded", deployments: {} };
    const [, line] = table.lines(statusOf({ gone: missing }), load(1, 1));
    expect(line?.split(/ +/)).toEqual([
      ...["gone", "-", "DEPLOY_FAILED"],
      ...Array(8).fill("-"),
      ...["can't", "be", "loaded"],
    ]);
    expect(table.lines(statusOf({}), load(1, 1))).toEqual(["no application is deployed"]);
  });
});
