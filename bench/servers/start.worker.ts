import { parentPort, workerData } from "node:worker_threads";
import { Calls } from "../apps.ts";

const calls = new Calls();
parentPort?.once("message", () => calls.die(workerData as SharedArrayBuffer));
parentPort?.postMessage("ready");
