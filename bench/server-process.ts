import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { CpuTime } from "./measure.ts";

/** One of `servers/` in a process of its own, so that its CPU time can be told from the load's. */
export class ServerProcess {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(
    name: string,
    { stderr = "inherit" }: { readonly stderr?: "inherit" | "ignore" } = {},
  ): Promise<ServerProcess> {
    const stdio = ["inherit", "inherit", stderr, "ipc"] as const;
    const child = fork(new URL(`./servers/${name}.ts`, import.meta.url), { stdio: [...stdio] });
    const died = once(child, "exit").then(([code]) => {
      throw new Error(`bench/servers/${name}.ts ended with code ${code} before it served`);
    });
    died.catch(() => {});
    const [port] = (await Promise.race([once(child, "message"), died])) as [number];
    return new ServerProcess(child, port);
  }

  async cpuTime(): Promise<CpuTime> {
    const answer = once(this.#child, "message");
    this.#child.send("cpu");
    const [used] = (await answer) as [CpuTime];
    return used;
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, "exit");
    this.#child.disconnect();
    await gone;
  }
}
