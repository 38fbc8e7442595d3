import { calls } from "../apps.ts";
import { serve } from "../isoserve.ts";

const diedAt = new SharedArrayBuffer(8);
const start = performance.now();
const handle = await serve.run(calls, { module: `${import.meta.resolve("../apps.ts")}#calls` });
const readyMs = performance.now() - start;
const error: unknown = await handle.die(diedAt).catch((reason) => reason);
const noticed = process.hrtime.bigint();
if ((error as { code?: unknown }).code !== "REPLICA_DIED") throw error;
const deathMs = Number(noticed - (new BigInt64Array(diedAt)[0] ?? 0n)) / 1e6;
process.send?.({ readyMs, deathMs }, () => process.exit());
