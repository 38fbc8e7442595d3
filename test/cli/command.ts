import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
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
  /** The same of stderr. */
  complained(pattern: RegExp): Promise<RegExpExecArray>;
}

export function start(args: readonly string[], cwd = ROOT, env: NodeJS.ProcessEnv = {}): Running {
  const command = spawn(process.execPath, [`${ROOT}/bin/isoserve.js`, ...args], {
    cwd,
    env: { ...process.env, ISOSERVE_ADDRESS: undefined, ISOSERVE_TOKEN: undefined, ...env },
  });
  const stdout = outputOf(command.stdout);
  const stderr = outputOf(command.stderr);
  const ended = new Promise<Ended>((resolve) => {
    command.once("close", (code) => resolve({ code, stdout: stdout.text, stderr: stderr.text }));
  });
  const found = (output: Output) => (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      output.follow((text) => {
        const match = pattern.exec(text);
        if (match) resolve(match);
      });
      const all = () => `${stdout.text}${stderr.text}`;
      ended.then(() => reject(new Error(`it never printed ${pattern}, but:\n${all()}`)));
    });
  return { process: command, ended, printed: found(stdout), complained: found(stderr) };
}

interface Output {
  readonly text: string;
  /** Tells all of it now, and again whenever more has come. */
  follow(listener: (text: string) => void): void;
}

function outputOf(stream: Readable): Output {
  let text = "";
  const listeners: ((text: string) => void)[] = [];
  stream.setEncoding("utf8").on("data", (more: string) => {
    text += more;
    for (const listener of listeners) listener(text);
  });
  return {
    get text() {
      return text;
    },
    follow: (listener) => {
      listeners.push(listener);
      listener(text);
    },
  };
}

/** Runs the command to its end. */
export function isoserve(...args: readonly string[]): Promise<Ended> {
  return start(args).ended;
}
