import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const WORKERD = join(require.resolve("workerd/package.json"), "../bin/workerd");
const WRANGLER = join(require.resolve("wrangler/package.json"), "../bin/wrangler.js");

/** workerd by itself, as fast as it is: what Wrangler puts around it takes most of a request's time. */
export interface BareWorkerd {
  readonly url: string;
  /** What it has printed. */
  log(): string;
  stop(): Promise<void>;
}

/** Serves a Worker of `controller.wrangler.json`'s kind. @param main the entry module, in this folder */
export async function serveBare(config: string): Promise<BareWorkerd> {
  const folder = mkdtempSync(join(tmpdir(), "isoserve-workerd-"));
  const script = bundle(config, folder);
  const configPath = join(folder, "config.capnp");
  mkdirSync(join(folder, "objects"));
  writeFileSync(configPath, capnp(script, join(folder, "objects")));
  const child = spawn(WORKERD, ["serve", configPath, "--control-fd=3"], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
  }
  const events = createInterface({ input: child.stdio[3] as Readable });
  const [line] = (await Promise.race([
    once(events, "line"),
    once(child, "exit").then(() => {
      throw new Error(`workerd does not start: ${log}`);
    }),
  ])) as [string];
  const { port } = JSON.parse(line) as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    log: () => log,
    stop: async () => {
      const exited = once(child, "exit");
      child.kill();
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Returns the name of the script in the folder. */
function bundle(config: string, folder: string): string {
  const path = fileURLToPath(new URL(config, import.meta.url).href);
  const args = [WRANGLER, "deploy", "--dry-run", "--outdir", folder, "--config", path];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", NO_COLOR: "1" },
  });
  if (status !== 0) throw new Error(`wrangler deploy --dry-run: ${stdout}${stderr}`);
  return "controller.js";
}

function capnp(script: string, disk: string): string {
  const namespace = (name: string) =>
    `(className = "${name}", uniqueKey = "${name}", enableSql = true)`;
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "disk", disk = (path = ${JSON.stringify(disk)}, writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [(name = "main", esModule = embed "${script}")],
  compatibilityDate = "2026-09-01",
  bindings = [
    (name = "REPLICA", durableObjectNamespace = "Replica"),
    (name = "CONTROLLER", durableObjectNamespace = "Controller"),
    (name = "ISOSERVE_ADMIN_TOKEN", text = "secret"),
  ],
  durableObjectNamespaces = [${namespace("Replica")}, ${namespace("Controller")}],
  durableObjectStorage = (localDisk = "disk"),
);
`;
}
