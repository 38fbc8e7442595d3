export { type ManualClock, manualClock } from "./clock.ts";
export { type MemoryOptions, memory } from "./index.ts";
export { memoryStore } from "./store.ts";
