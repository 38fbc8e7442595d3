import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command, as `npx isoserve …` starts it. */
export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What the pattern finds in the output, as soon as it is there; rejects when the command ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
}

export function start(args: readonly string[], cwd = ROOT, env: NodeJS.ProcessEnv = {}): Running {
  const command = spawn(process.execPath, [`${ROOT}/bin/isoserve.js`, ...args], {
    cwd,
    env: { ...process.env, ISOSERVE_ADDRESS: undefined, ISOSERVE_TOKEN: undefined, ...env },
  });
  let [stdout, stderr] = ["", ""];
  const listeners = new Set<() => void>();
  command.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    for (const listener of listeners) listener();
  });
  command.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    command.once("close", (code) => resolve({ code, stdout, stderr }));
  });
  const printed = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(stdout);
        if (found) resolve(found);
      };
      listeners.add(look);
      look();
      ended.then(() => reject(new Error(`it never printed ${pattern}, but:\n${stdout}${stderr}`)));
    });
  return { process: command, ended, printed };
}

/** Runs the command to its end. */
export function isoserve(...args: readonly string[]): Promise<Ended> {
  return start(args).ended;
}
