import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Skipped } from "./suite.ts";

const run = promisify(execFile);

export interface WrkOptions {
  readonly connections: number;
  readonly seconds: number;
  /** A file to POST as JSON; without it requests are GET. */
  readonly body?: string;
}

/** What wrk counted. */
export interface Load {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
}

/** Loads a server with wrk. @throws Error when a request failed or was not answered with 2xx */
export async function wrk(url: string, { connections, seconds, body }: WrkOptions): Promise<Load> {
  const script = body === undefined ? [] : ["-s", new URL("./post.lua", import.meta.url).pathname];
  const duration = `${Math.max(1, Math.round(seconds))}s`;
  const { stdout } = await run(
    "wrk",
    ["-t1", `-c${connections}`, `-d${duration}`, "--latency", ...script, url],
    { env: { ...process.env, BODY: body } },
  );
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`wrk ${url} failed:\n${stdout}`);
  const find = (pattern: RegExp) => pattern.exec(stdout)?.slice(1) ?? [];
  const [value, unit] = find(/50%\s+([\d.]+)(us|ms|s)/);
  return {
    requests: Number(find(/(\d+) requests in/)[0]),
    perSecond: Number(find(/Requests\/sec:\s+([\d.]+)/)[0]),
    p50Ms: Number(value) * MILLISECONDS[unit as keyof typeof MILLISECONDS],
  };
}

const MILLISECONDS = { us: 0.001, ms: 1, s: 1000 };

/** @throws Skipped */
export async function needWrk(): Promise<void> {
  // Without arguments it prints how to use it and fails; only its absence matters here.
  const missing = await run("wrk", []).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === "ENOENT",
  );
  if (missing) {
    throw new Skipped("wrk is not installed: apt-get install wrk, or brew install wrk");
  }
}
