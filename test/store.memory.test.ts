import { describe, it } from "vitest";
import { memoryStore } from "../adapters/memory/store.ts";
import { storeCases } from "./store.suite.ts";

describe("memoryStore", () => {
  for (const { name, run } of storeCases) {
    it(name, () => {
      const documents = new Map();
      return run(async () => memoryStore(documents));
    });
  }
});
