// What bundlers make of the binary. The full name, so as not to meet a user's own declaration of *.wasm.

/** In workerd.ts, by wrangler's default rules. */
declare module "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

/** In browser.ts, by Vite. */
declare module "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url" {
  const url: string;
  export default url;
}
