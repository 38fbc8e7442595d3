import type { Json } from "../../src/config/application-config.ts";
import type { Handle, Serve } from "../../src/index.ts";
import type { LogBook } from "../fixtures/log-book.ts";
import type { Connect } from "./socket-client.ts";
import type { AppName } from "./trial.ts";
import { Trial } from "./trial.ts";

/** A platform that the suite is run on. */
export interface SuiteHost {
  readonly name: string;
  /** The `bodyLimitBytes` that `serve` was made with: 1 MiB, so that a case can exceed it quickly. */
  readonly bodyLimitBytes: number;
  readonly serve: Pick<
    Serve<unknown>,
    "delete" | "status" | "handle" | "fetch" | "setTraffic" | "scale"
  >;
  /** Runs the application that `fixtures/apps.ts` exports under `exportName`, as `serve.run` does. */
  run(
    exportName: AppName,
    options: { readonly name: string; readonly routePrefix: string; readonly args?: Json },
  ): Promise<Handle<unknown>>;
  /** Opens a WebSocket, at a path with the prefix. */
  readonly connect: Connect;
  /** All lines that were logged. */
  readonly log: LogBook;
  /** Ends a replica from outside, as abruptly as the platform can. */
  kill(replicaId: string): Promise<void>;
}

export interface Case {
  readonly name: string;
  /** Rejects when the platform does not behave; leaves nothing running. */
  run(host: SuiteHost): Promise<void>;
}

const DEADLINE_MS = 10_000;

/** The cases of one topic, from a table of what holds and the code that checks it. */
export function topic(
  name: string,
  checks: Readonly<Record<string, (trial: Trial) => Promise<void>>>,
): Case[] {
  return Object.entries(checks).map(([claim, check]) => ({
    name: `${name}: ${claim}`,
    run: async (host) => {
      const trial = new Trial(host);
      try {
        await inTime(check(trial), "the case");
      } catch (error) {
        // The failure itself says more than what it leaves behind.
        await inTime(trial.end(), "cleaning up").catch(() => {});
        throw error;
      }
      await inTime(trial.end(), "cleaning up");
    },
  }));
}

/** A hang becomes a failure that says so. */
async function inTime(work: Promise<void>, what: string): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const hangs = () => reject(new Error(`${what} hangs: no end after ${DEADLINE_MS} ms`));
    timer = setTimeout(hangs, DEADLINE_MS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    if (timer !== undefined) clearTimeout(timer);
  }
}
