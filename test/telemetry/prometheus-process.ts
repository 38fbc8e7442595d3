import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensurePrometheus } from "../../scripts/prometheus.ts";
import { until } from "../suite/until.ts";

interface Answer {
  readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
}

/** A Prometheus that scrapes one server, many times a second. */
export class PrometheusProcess {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #url: string;

  private constructor(child: ChildProcess, folder: string, url: string) {
    this.#child = child;
    this.#folder = folder;
    this.#url = url;
  }

  /** @param target `host:port` */
  static async start(target: string): Promise<PrometheusProcess> {
    const folder = await mkdtemp(join(tmpdir(), "isoserve-prometheus-"));
    const address = `127.0.0.1:${await freePort()}`;
    const config = {
      global: { scrape_interval: "200ms", scrape_timeout: "200ms" },
      scrape_configs: [
        {
          job_name: "isoserve",
          metrics_path: "/-/metrics",
          static_configs: [{ targets: [target] }],
        },
      ],
    };
    // YAML reads JSON.
    await writeFile(join(folder, "prometheus.yml"), JSON.stringify(config));
    const child = spawn(
      ensurePrometheus().prometheus,
      [
        `--config.file=${join(folder, "prometheus.yml")}`,
        `--storage.tsdb.path=${join(folder, "data")}`,
        `--web.listen-address=${address}`,
        "--log.level=error",
      ],
      { stdio: ["ignore", "ignore", "inherit"] },
    );
    const started = new PrometheusProcess(child, folder, `http://${address}`);
    await until(() => started.#ready());
    return started;
  }

  /** What a query gives, without its labels. @throws what Prometheus says of a bad one */
  async query(text: string): Promise<number[]> {
    const response = await fetch(
      `${this.#url}/api/v1/query?${new URLSearchParams({ query: text })}`,
    );
    if (!response.ok) throw new Error(await response.text());
    const { data } = (await response.json()) as Answer;
    return data.result.map(({ value: [, number] }) => Number(number));
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, "exit");
    this.#child.kill();
    await gone;
    await rm(this.#folder, { recursive: true });
  }

  async #ready(): Promise<boolean> {
    if (this.#child.exitCode !== null) throw new Error(`prometheus ended: ${this.#child.exitCode}`);
    const answer = await fetch(`${this.#url}/-/ready`).catch(() => undefined);
    return answer?.ok ?? false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address ? address.port : 0;
}
