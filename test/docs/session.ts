import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createTestHarness } from "wrangler";
import type { Command } from "./markdown.ts";

interface Server {
  /** Where it really is, by the origins that the page shows, the first of which is that of the applications. */
  readonly origins: ReadonlyMap<string, string>;
  stop(): Promise<void>;
}

const ORIGIN = /https?:\/\/(?:127\.0\.0\.1|localhost):\d+/g;
const ADMIN = "http://127.0.0.1:8265";

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
    if (program === "curl") return curl(args, this.#server?.origins);
    if (program === "node") return this.#run(args, shown, /http:/.test(shown));
    if (line === "npx wrangler dev") return this.#wrangler(shown);
    if (line.startsWith("npx isoserve ")) return this.#isoserve(args.slice(1), shown);
    throw new Error(`no test knows how to run: ${line}`);
  }

  #isoserve(args: readonly string[], shown: string): Promise<string> {
    const ports = { run: ["--port", "0"], start: ["--port", "0", "--admin-port", "0"] };
    const [command = ""] = args;
    const flags = ports[command as keyof typeof ports];
    const cli = join(this.#folder, "node_modules/isoserve/bin/isoserve.js");
    // What a server can't start with ends it, and shows no address.
    return this.#run([cli, ...args, ...(flags ?? [])], shown, !!flags && /http:/.test(shown));
  }

  async close(): Promise<void> {
    await this.#server?.stop();
    this.#server = undefined;
  }

  /** Runs to the end, or until a server has said all that the page shows. */
  async #run(args: readonly string[], shown: string, serves: boolean): Promise<string> {
    const admin = this.#server?.origins.get(ADMIN);
    const child = spawn(process.execPath, args, {
      cwd: this.#folder,
      env: {
        ...process.env,
        PORT: "0",
        NO_COLOR: "1",
        ...(admin !== undefined && { ISOSERVE_ADDRESS: admin }),
      },
    });
    const printed = await output(
      child,
      serves ? shown.split("\n").length : Number.POSITIVE_INFINITY,
    );
    if (serves && child.exitCode === null) {
      await this.close();
      const real = originsIn(printed);
      const origins = new Map(originsIn(shown).map((one, at) => [one, real[at] ?? one]));
      this.#server = { origins, stop: () => interrupt(child) };
    }
    return asShown(printed, this.#server?.origins);
  }

  async #wrangler(shown: string): Promise<string> {
    await this.close();
    const configPath = join(this.#folder, "wrangler.toml");
    const harness = createTestHarness({ workers: [{ configPath }] });
    const { url } = await harness.listen();
    const [origin = "http://127.0.0.1:8787"] = originsIn(shown);
    this.#server = { origins: new Map([[origin, url.origin]]), stop: () => harness.close() };
    return "";
  }
}

function originsIn(text: string): string[] {
  return [...new Set(text.match(ORIGIN))];
}

function asShown(text: string, origins: Server["origins"] = new Map()): string {
  return [...origins].reduce((shown, [page, real]) => shown.replaceAll(real, page), text);
}

/** All that a process prints, or its first lines. */
async function output(child: ChildProcess, lines: number): Promise<string> {
  let printed = "";
  const enough = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
        if (withoutLog(printed).split("\n").length >= lines) resolve();
      });
    }
  });
  await Promise.race([enough, once(child, "close")]);
  return withoutLog(printed);
}

/** Pages show what is printed; a line of the log has the time in it. */
function withoutLog(printed: string): string {
  return printed.replaceAll(/^\{"level":.*\n/gm, "");
}

async function interrupt(child: ChildProcess): Promise<void> {
  // A command of the page may have ended it.
  if (child.exitCode !== null || child.signalCode !== null) return;
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
async function curl(
  args: readonly string[],
  origins: Server["origins"] = new Map(),
): Promise<string> {
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
  const [first] = origins.values();
  const origin = origins.get(shown.origin) ?? first;
  if (origin === undefined) throw new Error("curl comes before a server");
  const response = await fetch(new URL(shown.pathname + shown.search, origin), init);
  const body = asShown(await response.text(), new Map([[shown.origin, origin]]));
  return body + after.replace("%{http_code}", String(response.status));
}
