import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { node } from "../adapters/node/index.ts";
import { type Listening, listen } from "../adapters/node/listen.ts";
import { createServe, type DeploymentOptions } from "../src/index.ts";
import { LogBook } from "./fixtures/log-book.ts";
import app from "./fixtures/served-versions.ts";
import { killable } from "./suite/killable.ts";
import { Traffic } from "./traffic.ts";

const REQUESTS_PER_SECOND = 500;
const MODULE = new URL("./fixtures/served-versions.ts", import.meta.url).href;

describe.each([2, 1])(
  "under constant requests over HTTP, with %i replicas, all are answered",
  (count) => {
    const { platform, kill } = killable(node({ log: new LogBook() }));
    const serve = createServe(platform);
    let server: Listening;
    let traffic: Traffic;
    let step = 0;
    let version = 0;

    const replicas = () => {
      const { replicas: found = [] } =
        serve.status().applications["default"]?.deployments["Served"] ?? {};
      return found.map(({ replicaId }) => replicaId);
    };

    /** Makes the next step with some options, and has it told to the requests. */
    const change = async (options: DeploymentOptions) => {
      const former = replicas();
      step += 1;
      const Served = {
        numReplicas: count,
        version: String(version),
        userConfig: { step },
        ...options,
      };
      await serve.run(app, { module: MODULE, deployments: { Served } });
      traffic?.done(step, replicas(), former);
    };

    /** Every answer of a whole number of changes was as it should be. */
    const expectNoFaults = async (before: number) => {
      expect(await traffic.faults()).toEqual([]);
      expect(traffic.answered).toBeGreaterThan(before);
    };

    beforeAll(async () => {
      await change({});
      // A connection that the server closes for being idle just as it is used again is no matter of updates.
      server = await listen(serve, { port: 0, keepAliveTimeoutMs: 600_000 });
      traffic = new Traffic(server.url, REQUESTS_PER_SECOND);
    });
    afterAll(async () => {
      await traffic.stop();
      await server.close();
      await serve.shutdown();
    });

    it("through 50 rolling updates", async () => {
      const before = traffic.answered;
      for (let update = 0; update < 50; update += 1) {
        version += 1;
        await change({});
      }
      await expectNoFaults(before);
    }, 120_000);

    it("through 50 changes of settings", async () => {
      const before = traffic.answered;
      const former = replicas();
      for (let update = 0; update < 50; update += 1) await change({});
      expect(replicas()).toEqual(former);
      await expectNoFaults(before);
    }, 120_000);

    it("through 20 changes of scale", async () => {
      const before = traffic.answered;
      for (let update = 0; update < 10; update += 1) {
        await change({ numReplicas: count + 2 });
        expect(replicas()).toHaveLength(count + 2);
        await change({});
        expect(replicas()).toHaveLength(count);
      }
      await expectNoFaults(before);
    }, 120_000);

    it("through 20 kills, but for what ran on the killed replica", async () => {
      const before = traffic.answered;
      for (let death = 0; death < 20; death += 1) {
        const [victim = ""] = replicas();
        await traffic.kill(() => kill(victim));
        // A deployment in between tells it from a crash loop, which would have to back off.
        await change({});
        expect(replicas()).not.toContain(victim);
        expect(replicas()).toHaveLength(count);
      }
      await expectNoFaults(before);
      expect(traffic.lost).toBeGreaterThan(0);
    }, 120_000);
  },
);
