import { activateFirst, type Backend, type BackendCandidate, type BackendName } from "./backend.ts";
import { createModel, type Model } from "./model.ts";
import { importPeers } from "./peers.ts";
import { type SavedModel, toArtifacts } from "./saved-model.ts";

export interface LoadOptions {
  /** Batch sizes to run once before the model counts as loaded: on WebGPU the first run of each shape takes seconds. */
  readonly warmUpBatchSizes?: readonly number[];
}

/** TensorFlow.js on one host. Its state belongs to the isolate (thread, worker), as TensorFlow.js's own does. */
export interface Tfjs {
  /**
   * Readies the backend and the model, both once however many callers there are. What failed is tried anew by the next
   * call.
   * @throws Error when a package is missing, no backend works or the model is malformed.
   */
  loadLayersModel(saved: SavedModel, options?: LoadOptions): Promise<Model>;
  /** The backend that computes in this isolate, readied by the first call. */
  readyBackend(): Promise<Backend>;
  /**
   * Takes this backend or none, instead of the best that works; for a host's own entry file.
   * @throws Error when the host has no such backend or one was readied already.
   */
  useBackend(name: BackendName): void;
}

/** @param candidates what this host may offer, best first. */
export function createTfjs(candidates: readonly BackendCandidate[]): Tfjs {
  let asked: BackendName | undefined;
  let backend: Promise<Backend> | undefined;
  const models = new WeakMap<SavedModel, Promise<Model>>();

  function readyBackend(): Promise<Backend> {
    backend ??= importPeers()
      .then((peers) => activateFirst(candidates, peers, asked))
      .catch((error: unknown) => {
        backend = undefined;
        throw error;
      });
    return backend;
  }

  function sharedModel(saved: SavedModel): Promise<Model> {
    let model = models.get(saved);
    if (model === undefined) {
      model = load(saved);
      models.set(saved, model);
      model.catch(() => models.delete(saved));
    }
    return model;
  }

  async function load(saved: SavedModel): Promise<Model> {
    const { name } = await readyBackend();
    const peers = await importPeers();
    const layers = await peers.loadLayersModel(peers.io.fromMemory(toArtifacts(saved)));
    return createModel(layers, name, peers);
  }

  return {
    readyBackend,
    async loadLayersModel(saved, { warmUpBatchSizes = [] } = {}) {
      const model = await sharedModel(saved);
      for (const size of warmUpBatchSizes) await model.predict(zeros(model, size));
      return model;
    },
    useBackend(name) {
      if (backend !== undefined)
        throw new Error(`isoserve/tfjs: useBackend("${name}") comes after a model was loaded`);
      const offered = candidates.map((candidate) => candidate.name);
      if (!offered.includes(name))
        throw new Error(`isoserve/tfjs: no backend "${name}" here, only ${offered.join(", ")}`);
      asked = name;
    },
  };
}

function zeros({ layers }: Model, batchSize: number): Float32Array {
  const item = layers.inputs[0]?.shape.slice(1) ?? [];
  return new Float32Array(item.reduce<number>((product, size) => product * (size ?? 1), batchSize));
}
