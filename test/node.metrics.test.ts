import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listen, node } from "../adapters/node/index.ts";
import { ensurePrometheus } from "../scripts/prometheus.ts";
import { createServe } from "../src/index.ts";
import { counted } from "./fixtures/apps.ts";
import { until } from "./suite/until.ts";
import { PrometheusProcess } from "./telemetry/prometheus-process.ts";

const module = `${new URL("./fixtures/apps.ts", import.meta.url).href}#counted`;

describe("the metrics of a server", () => {
  const serve = createServe(node());
  let url = "";
  let close = async () => {};
  beforeAll(async () => {
    const handle = await serve.run(counted, { module, routePrefix: "/counted" });
    const listening = await listen(serve, { port: 0 });
    url = `http://127.0.0.1:${listening.port}`;
    close = () => listening.close();
    for (const path of ["/a", "/b", "/c?d"]) await fetch(`${url}/counted${path}`);
    await fetch(`${url}/nowhere`);
    await handle.poke(7);
  }, 60_000);
  afterAll(async () => {
    await close();
    await serve.shutdown();
  });

  it("pass promtool check metrics", async () => {
    const text = await (await fetch(`${url}/-/metrics`)).text();
    const { stdout, stderr, status } = spawnSync(
      ensurePrometheus().promtool,
      ["check", "metrics"],
      {
        input: text,
      },
    );
    expect(`${stdout}${stderr}`).toBe("");
    expect(status).toBe(0);
  });

  it("are scraped by a Prometheus", async () => {
    const prometheus = await PrometheusProcess.start(url.slice("http://".length));
    try {
      await until(async () => (await prometheus.query("up"))[0] === 1);
      const answers = async (query: string) => [query, await prometheus.query(query)];
      expect(
        await Promise.all([
          answers('isoserve_http_requests_total{route="/counted",method="GET",status="200"}'),
          answers('isoserve_http_errors_total{application="",code="NOT_FOUND"}'),
          answers('suite_pokes_total{deployment="Counted",replica="0",how="softly"}'),
          answers('isoserve_replicas{state="RUNNING"}'),
          answers('isoserve_application_status{status="RUNNING"}'),
          answers("isoserve_replica_processing_seconds_count"),
        ]),
      ).toEqual([
        [expect.stringContaining("http_requests"), [3]],
        [expect.stringContaining("http_errors"), [1]],
        [expect.stringContaining("pokes"), [7]],
        [expect.stringContaining("replicas"), [1]],
        [expect.stringContaining("status"), [1]],
        [expect.stringContaining("processing"), [4]],
      ]);
      const [median = Number.NaN] = await prometheus.query(
        'histogram_quantile(0.5, isoserve_http_request_duration_seconds_bucket{route="/counted"})',
      );
      expect(median).toBeGreaterThan(0);
      expect(median).toBeLessThan(60);
    } finally {
      await prometheus.stop();
    }
  }, 60_000);

  it("tell how busy the event loops of replicas are", async () => {
    const families = await serve.metrics();
    const busy = families.find(({ name }) => name === "isoserve_replica_event_loop_busy_seconds");
    expect(busy?.series.map(({ labels }) => labels["replica"])).toEqual(["0"]);
    expect(busy?.series[0]?.value).toBeGreaterThan(0);
  });

  it("allow GET and HEAD only", async () => {
    const response = await fetch(`${url}/-/metrics`, { method: "POST" });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });
});

describe("a server without metrics", () => {
  it("has none, in its replicas neither", async () => {
    const serve = createServe(node(), { metrics: false });
    const handle = await serve.run(counted, { module });
    await handle.poke(1);
    expect(await serve.metrics()).toEqual([]);
    const { status } = await serve.fetch(new Request("http://test/-/metrics"));
    expect(status).toBe(404);
    await serve.shutdown();
  }, 30_000);
});
