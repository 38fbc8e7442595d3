import type { BackendCandidate } from "./backend.ts";
import type { Peers } from "./peers.ts";

/** What is asked of `navigator.gpu` here; written down because not every host's types have it. */
interface Gpu {
  requestAdapter(): Promise<Adapter | null>;
}
interface Adapter {
  /** Moved from the adapter to its info in the specification; browsers have the one, the other or both. */
  readonly isFallbackAdapter?: boolean;
  readonly info?: { readonly isFallbackAdapter?: boolean };
}

/** WebGPU, where an adapter is granted and computes right. Its package is loaded only then. */
export const webgpu: BackendCandidate = {
  name: "webgpu",
  async activate(peers, asked) {
    const { gpu } = globalThis.navigator as { gpu?: Gpu };
    // `navigator.gpu` alone says nothing: it is there in browsers that then grant no adapter.
    const adapter = await gpu?.requestAdapter();
    if (adapter == null) throw new Error("no WebGPU adapter");
    if (isFallback(adapter) && !asked)
      throw new Error("only a software adapter, which WebAssembly outruns");
    await import("@tensorflow/tfjs-backend-webgpu");
    if (!(await peers.setBackend("webgpu"))) throw new Error("no WebGPU device");
    await probe(peers);
  },
};

function isFallback({ info, isFallbackAdapter }: Adapter): boolean {
  return info?.isFallbackAdapter ?? isFallbackAdapter ?? false;
}

/** A device may take work and not do it, as errors of its shaders aren't thrown: only a right answer counts. */
async function probe({ matMul, tensor, tidy }: Peers): Promise<void> {
  const product = tidy(() => matMul(tensor([1, 2], [1, 2]), tensor([3, 4], [2, 1])));
  const [answer] = await product.data();
  product.dispose();
  if (answer !== 11) throw new Error(`WebGPU computes 1*3 + 2*4 = ${answer}`);
}
