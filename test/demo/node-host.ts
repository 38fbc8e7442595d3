import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface NodeHost {
  readonly url: string;
  readonly process: ChildProcess;
  /** Asks it to end, as Ctrl+C does, and resolves with its exit code. */
  stop(): Promise<number | null>;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The demo as `npm start` runs it, on a free port. */
export async function startNode(): Promise<NodeHost> {
  const child = spawn(process.execPath, ["demos/digits/node.ts", "--port", "0"], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const url = await Promise.race([
    addressIn(child),
    exited.then(([code]) => Promise.reject(new Error(`the server exited with ${code}`))),
  ]);
  return {
    url,
    process: child,
    stop: async () => {
      child.kill("SIGINT");
      const [code] = await exited;
      return code;
    },
  };
}

async function addressIn({ stdout }: ChildProcess): Promise<string> {
  let printed = "";
  for await (const text of stdout ?? []) {
    printed += text;
    const [url] = printed.match(/http:\S+(?=\n)/) ?? [];
    if (url) return url;
  }
  throw new Error(`the server printed no address: ${printed}`);
}
