// Not `new URL(…, import.meta.url)`: Vite's dev server loses its target when it bundles this package beforehand.
import binary from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import { createTfjs } from "./tfjs.ts";
import { wasm } from "./wasm.ts";
import { webgpu } from "./webgpu.ts";

export type { Backend, BackendName } from "./backend.ts";
export type { Model } from "./model.ts";
export type { SavedModel } from "./saved-model.ts";
export type { LoadOptions } from "./tfjs.ts";

async function compiledModule(): Promise<WebAssembly.Module> {
  const response = await fetch(binary);
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}`);
  // Not compileStreaming, which needs a server that knows the media type of .wasm files.
  return WebAssembly.compile(await response.arrayBuffer());
}

export const { loadLayersModel, readyBackend, useBackend } = createTfjs([
  webgpu,
  wasm(compiledModule),
]);
