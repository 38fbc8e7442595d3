import type { io } from "@tensorflow/tfjs-core";

/**
 * A Keras-style model as one JSON value, so that a plain `import` with `type: "json"` carries it to every host: no host
 * has to find a second file at run time.
 */
export interface SavedModel {
  readonly modelTopology: object;
  readonly weightSpecs: readonly object[];
  /** All weights, in the order of `weightSpecs`, as base64. */
  readonly weights: string;
}

/** The form TensorFlow.js loads from. */
export function toArtifacts(model: SavedModel): io.ModelArtifacts {
  return {
    modelTopology: model.modelTopology,
    // A JSON import types `dtype` as string; TensorFlow.js checks the value itself when it decodes.
    weightSpecs: model.weightSpecs as io.WeightsManifestEntry[],
    weightData: Uint8Array.from(atob(model.weights), (char) => char.charCodeAt(0)).buffer,
  };
}
