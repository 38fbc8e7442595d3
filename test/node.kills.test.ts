import { readFileSync } from "node:fs";
import { afterAll, expect, it, onTestFinished } from "vitest";
import { node } from "../adapters/node/index.ts";
import { type Clock, createServe, type ServeError, systemClock } from "../src/index.ts";
import { freshFile } from "./fixtures/fresh-file.ts";
import app from "./fixtures/once.ts";
import { killable } from "./suite/killable.ts";

/** `npm run soak` kills a thousand. */
const KILLS = process.env["ISOSERVE_SOAK"] ? 1_000 : 30;
/** As many as two replicas take. */
const CALLERS = 8;

/** Time runs faster for the host, so that the pauses after early deaths are short: they are not what this is about. */
const FASTER = 20;
const START = systemClock.now();
const real = (ms: number) => ms / FASTER;
const clock: Clock = {
  now: () => START + (systemClock.now() - START) * FASTER,
  sleep: (ms, signal) => systemClock.sleep(real(ms), signal),
  alarm: (at, ring) => systemClock.alarm(START + real(at - START), ring),
};
const { platform, kill } = killable({ ...node(), clock });
const serve = createServe(platform);
afterAll(() => serve.shutdown());

/** Calls without a pause until told to stop: how each one ended, and how long it took. */
function load(call: (id: number) => Promise<number>) {
  const ended: { readonly id: number; readonly ms: number; readonly failure: unknown }[] = [];
  let [last, going] = [0, true];
  const caller = async () => {
    while (going) {
      last += 1;
      const id = last;
      const began = performance.now();
      const failure = await call(id).then(
        (answer) => (answer === id ? undefined : `answered ${answer}`),
        (error: unknown) => error,
      );
      // A failure at once, again and again, must not keep everything else from happening.
      if (failure !== undefined) await new Promise((resolve) => setImmediate(resolve));
      ended.push({ id, ms: performance.now() - began, failure });
    }
  };
  const callers = Array.from({ length: CALLERS }, caller);
  return async () => {
    going = false;
    await Promise.all(callers);
    return { made: last, ended };
  };
}

const replicas = () =>
  (serve.status().applications["default"]?.deployments["Once"]?.replicas ?? []).filter(
    ({ state }) => state === "RUNNING",
  );

it(
  `${KILLS} replicas are killed under load: every call settles, none runs twice`,
  async () => {
    const file = freshFile();
    process.env["ONCE_FILE"] = file;
    const handle = await serve.run(app, { module: new URL("./fixtures/once.ts", import.meta.url) });
    const stop = load((id) => handle.run(id));
    onTestFinished(async () => void (await stop()));
    for (let kills = 0; kills < KILLS; kills += 1) {
      await expect
        .poll(() => replicas().length, { interval: 5, timeout: 20_000 })
        .toBeGreaterThan(1);
      const running = replicas();
      const victim = running[Math.floor(Math.random() * running.length)];
      await kill(victim?.replicaId ?? "");
    }
    const { made, ended } = await stop();
    expect(ended).toHaveLength(made);
    const failures = ended.filter(({ failure }) => failure !== undefined);
    const codes = failures.map(({ failure }) => (failure as ServeError).code);
    expect(new Set(codes)).toEqual(new Set(["REPLICA_DIED"]));

    const ran = readFileSync(file, "utf8").trim().split("\n");
    expect(new Set(ran).size).toBe(ran.length);
    const answered = ended.filter(({ failure }) => failure === undefined);
    const known = new Set(ran);
    expect(answered.filter(({ id }) => !known.has(String(id)))).toEqual([]);
    const times = answered.map(({ ms }) => ms).sort((a, b) => a - b);
    const quantile = (part: number) => times[Math.floor(part * (times.length - 1))] ?? Number.NaN;
    console.log(
      `${made} calls, ${failures.length} lost with their replicas; p50 ${quantile(0.5).toFixed(2)} ms, p99 ${quantile(0.99).toFixed(2)} ms`,
    );
  },
  KILLS * 2_000,
);
