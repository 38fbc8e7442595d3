import { expect, test } from "vitest";
import { activateFirst, type BackendCandidate } from "./backend.ts";
import type { Peers } from "./peers.ts";

const peers = {} as Peers; // the candidates below need none
const works = (name: "webgpu" | "wasm"): BackendCandidate => ({ name, activate: async () => {} });
const fails = (name: "webgpu" | "wasm"): BackendCandidate => ({
  name,
  activate: () => Promise.reject(new Error("no luck")),
});

test("the first that works is taken, the reasons of those before it are kept", async () => {
  expect(await activateFirst([works("webgpu"), works("wasm")], peers, undefined)).toEqual({
    name: "webgpu",
    skipped: [],
  });
  expect(await activateFirst([fails("webgpu"), works("wasm")], peers, undefined)).toEqual({
    name: "wasm",
    skipped: [{ name: "webgpu", reason: "no luck" }],
  });
});

test("the one that was asked for is taken or none", async () => {
  expect(await activateFirst([works("webgpu"), works("wasm")], peers, "wasm")).toEqual({
    name: "wasm",
    skipped: [],
  });
  await expect(activateFirst([fails("webgpu"), works("wasm")], peers, "webgpu")).rejects.toThrow(
    "(webgpu: no luck)",
  );
});

test("where none works every reason is named", async () => {
  const failing = activateFirst([fails("webgpu"), fails("wasm")], peers, undefined);
  await expect(failing).rejects.toThrow(
    "no backend works on this host (webgpu: no luck; wasm: no luck)",
  );
});
