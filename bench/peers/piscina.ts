import { Piscina } from "piscina";

export function piscinaPool(concurrentTasksPerWorker: number) {
  const pool = new Piscina({
    filename: new URL("./piscina.worker.ts", import.meta.url).href,
    minThreads: 1,
    maxThreads: 1,
    concurrentTasksPerWorker,
  });
  return { call: () => pool.run(undefined), close: () => pool.destroy() };
}
