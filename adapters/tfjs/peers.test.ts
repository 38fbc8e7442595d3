import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { missingPackage } from "./peers.ts";

test("the missing package is read from what Node says", () => {
  const { resolve } = createRequire(import.meta.url);
  const thrown = (name: string) => {
    try {
      return resolve(name);
    } catch (error) {
      return error;
    }
  };
  expect(missingPackage(thrown("@nowhere/at-all/dist/x.js"))).toBe("@nowhere/at-all");
  expect(missingPackage(thrown("nowhere-at-all"))).toBe("nowhere-at-all");
  const imported =
    "Cannot find package '@tensorflow/tfjs-core' imported from /app/node_modules/isoserve/tensorflow.js";
  expect(missingPackage(new Error(imported))).toBe("@tensorflow/tfjs-core");
});

test("other failures are not taken for a missing package", () => {
  expect(missingPackage(new Error("out of memory"))).toBeUndefined();
  expect(missingPackage("Cannot find package 'x'")).toBeUndefined();
});
