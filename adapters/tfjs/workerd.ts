// Wrangler's default rules bundle this as a compiled module, the only kind of WebAssembly that workerd runs.
import module from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm";
import { createTfjs } from "./tfjs.ts";
import { wasm } from "./wasm.ts";

export type { Backend, BackendName } from "./backend.ts";
export type { Model } from "./model.ts";
export type { SavedModel } from "./saved-model.ts";
export type { LoadOptions } from "./tfjs.ts";

export const { loadLayersModel, readyBackend, useBackend } = createTfjs([wasm(async () => module)]);
