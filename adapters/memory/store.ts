export { memoryStore } from "../../src/memory-store.ts";
