import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createTestHarness } from "wrangler";
import type { Command } from "./markdown.ts";

interface Server {
  readonly origin: string;
  stop(): Promise<void>;
}

/** A terminal in a page's folder: it does what the page tells its reader to type. */
export class Session {
  readonly #folder: string;
  #server: Server | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Returns what the command prints; a server is given any free port and shown with the page's. */
  async play({ line, shown }: Command): Promise<string> {
    const [program = "", ...args] = wordsOf(line);
    if (program === "curl") return curl(args, this.#server?.origin);
    if (program === "node") return this.#run(args, shown);
    if (line === "npx wrangler dev") return this.#wrangler();
    if (line.startsWith("npx isoserve ")) {
      const cli = join(this.#folder, "node_modules/isoserve/bin/isoserve.js");
      const port = args[1] === "run" ? ["--port", "0"] : [];
      return this.#run([cli, ...args.slice(1), ...port], shown);
    }
    throw new Error(`no test knows how to run: ${line}`);
  }

  async close(): Promise<void> {
    await this.#server?.stop();
    this.#server = undefined;
  }

  /** Runs to the end, or until a server has said all that the page shows. */
  async #run(args: readonly string[], shown: string): Promise<string> {
    const child = spawn(process.execPath, args, {
      cwd: this.#folder,
      env: { ...process.env, PORT: "0", NO_COLOR: "1" },
    });
    const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(shown)?.[1];
    const printed = await output(child, port ? shown.split("\n").length : Number.POSITIVE_INFINITY);
    const [origin] = /http:\/\/127\.0\.0\.1:\d+/.exec(printed) ?? [];
    if (child.exitCode !== null || !origin) return printed;
    await this.close();
    this.#server = { origin, stop: () => interrupt(child) };
    return printed.replaceAll(origin, `http://127.0.0.1:${port}`);
  }

  async #wrangler(): Promise<string> {
    await this.close();
    const configPath = join(this.#folder, "wrangler.toml");
    const harness = createTestHarness({ workers: [{ configPath }] });
    const { url } = await harness.listen();
    this.#server = { origin: url.origin, stop: () => harness.close() };
    return "";
  }
}

/** All that a process prints, or its first lines. */
async function output(child: ChildProcess, lines: number): Promise<string> {
  let printed = "";
  const enough = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
        if (printed.split("\n").length >= lines) resolve();
      });
    }
  });
  await Promise.race([enough, once(child, "close")]);
  return printed;
}

async function interrupt(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGINT");
  await exited;
}

/** Words as a shell splits them: quotes keep blanks. */
function wordsOf(line: string): string[] {
  const words = line.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  return words.map((word) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, "$1$2"));
}

/** The few options of curl that the pages use. */
async function curl(args: readonly string[], origin: string | undefined): Promise<string> {
  const headers: [string, string][] = [];
  const init: RequestInit = { headers };
  let shown = new URL("http://127.0.0.1/");
  let after = "";
  for (let at = 0; at < args.length; at += 1) {
    const option = args[at] as string;
    if (!option.startsWith("-")) {
      shown = new URL(option);
      continue;
    }
    at += 1;
    const value = args[at] as string;
    if (option === "-d") Object.assign(init, { method: init.method ?? "POST", body: value });
    else if (option === "-X") init.method = value;
    else if (option === "-H") headers.push(value.split(": ") as [string, string]);
    else if (option === "-w") after = value;
    else throw new Error(`no test knows curl's option ${option}`);
  }
  if (origin === undefined) throw new Error("curl comes before a server");
  const response = await fetch(new URL(shown.pathname + shown.search, origin), init);
  const body = (await response.text()).replaceAll(origin, shown.origin);
  return body + after.replace("%{http_code}", String(response.status));
}
