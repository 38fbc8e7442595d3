import type { BackendCandidate } from "./backend.ts";
import type { Peers } from "./peers.ts";
import type { WasmRuntime } from "./tensorflow.ts";
import { withoutProcess } from "./without-process.ts";

/**
 * The WebAssembly backend: SIMD, one thread. A host says only how it comes by the compiled module.
 *
 * TensorFlow.js's own start-up is bypassed, because it looks for the binary in ways of its own: it can't take a module
 * that is compiled already, which is all that workerd allows; in a browser it may pick threads, and then hangs for ever
 * when the page is minified; in Node it adds listeners that change what an unhandled rejection does to the process.
 */
export function wasm(compiledModule: () => Promise<WebAssembly.Module>): BackendCandidate {
  return {
    name: "wasm",
    async activate(peers) {
      const runtime = withFunctions(await start(peers, await compiledModule()));
      peers.removeBackend("wasm"); // the package registers its own start-up under this name when it is imported
      peers.registerBackend("wasm", () => new peers.BackendWasm(runtime));
      if (!(await peers.setBackend("wasm")))
        throw new Error("TensorFlow.js refused its WebAssembly backend");
    },
  };
}

function start({ startWasm }: Peers, module: WebAssembly.Module): Promise<WasmRuntime> {
  return new Promise((resolve, reject) => {
    const runtime = withoutProcess(() =>
      startWasm({
        instantiateWasm(imports, done) {
          WebAssembly.instantiate(module, imports).then(done).catch(reject);
          return {}; // emscripten's sign that the instance comes later
        },
      }),
    );
    runtime.then(resolve, reject);
  });
}

/** Names the C functions that BackendWasm calls, as TensorFlow.js's own start-up does (`init` in backend_wasm.ts). */
function withFunctions(runtime: WasmRuntime): WasmRuntime {
  const { cwrap } = runtime;
  runtime.tfjs = {
    init: cwrap("init", null, []),
    initWithThreadsCount: cwrap("init_with_threads_count", null, ["number"]),
    getThreadsCount: cwrap("get_threads_count", "number", []) as () => number,
    registerTensor: cwrap("register_tensor", null, ["number", "number", "number"]),
    disposeData: cwrap("dispose_data", null, ["number"]),
    dispose: cwrap("dispose", null, []),
  };
  return runtime;
}
