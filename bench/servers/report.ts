import { cpuTime } from "../measure.ts";

/** Tells the bench where this process serves, and, each time it asks, the CPU time used so far. */
export function report(port: number): void {
  process.on("message", () => process.send?.(cpuTime()));
  process.on("disconnect", () => process.exit());
  process.send?.(port);
}
