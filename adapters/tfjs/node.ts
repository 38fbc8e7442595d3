import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createTfjs } from "./tfjs.ts";
import { wasm } from "./wasm.ts";
import { webgpu } from "./webgpu.ts";

export type { Backend, BackendName } from "./backend.ts";
export type { Model } from "./model.ts";
export type { SavedModel } from "./saved-model.ts";
export type { LoadOptions } from "./tfjs.ts";

async function compiledModule(): Promise<WebAssembly.Module> {
  const { resolve } = createRequire(import.meta.url);
  const path = resolve("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm");
  return WebAssembly.compile(await readFile(path));
}

// Node has no WebGPU of its own: it counts where the user put Dawn (npm's webgpu package) at navigator.gpu.
export const { loadLayersModel, readyBackend, useBackend } = createTfjs([
  webgpu,
  wasm(compiledModule),
]);
