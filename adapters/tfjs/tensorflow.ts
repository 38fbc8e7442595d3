import { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import wasmFactory from "@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js";

/**
 * What is used of TensorFlow.js, by name, so that bundlers can drop the rest. Imported only through `peers.ts`.
 */
export {
  io,
  matMul,
  registerBackend,
  removeBackend,
  setBackend,
  tensor,
  tidy,
} from "@tensorflow/tfjs-core";
export { loadLayersModel } from "@tensorflow/tfjs-layers";
export { BackendWasm };

/** The package's WebAssembly instance with emscripten's JavaScript around it. */
export type WasmRuntime = ConstructorParameters<typeof BackendWasm>[0] & {
  /** Exported by this build, missing in the package's type. */
  cwrap(
    name: string,
    returns: "number" | null,
    takes: readonly "number"[],
  ): (...args: number[]) => unknown;
};

type InstantiateWasm = (
  imports: WebAssembly.Imports,
  done: (instance: WebAssembly.Instance) => void,
) => object;

// Through unknown, as the package's types declare an ES module and Node sees the CommonJS one that it is.
export const startWasm = wasmFactory as unknown as (hooks: {
  instantiateWasm: InstantiateWasm;
}) => Promise<WasmRuntime>;
