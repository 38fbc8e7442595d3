// Trains the digits model from nothing and writes ../model.json. See README.md beside this file.
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { io, ready, setBackend } from "@tensorflow/tfjs-core";
import { type LayersModel, loadLayersModel } from "@tensorflow/tfjs-layers";
import "@tensorflow/tfjs-backend-wasm";
import { drawingSamples, faceSamples, trainingSamples } from "./dataset.ts";
import { evaluate } from "./evaluate.ts";
import { FAMILIES, heldOutFaces, trainingFaces } from "./faces.ts";
import { registerConvolutionGradients } from "./kernels.ts";
import { EPOCHS, fit, network } from "./network.ts";
import { seeded } from "./random.ts";

const SEED = 7;
const SAMPLES = 60_000;
const BARS = { faces: 0.97, drawings: 0.9 };
const here = new URL(".", import.meta.url);

/** The typefaces are a package of their own, so that the project's own installation stays small. */
function installTypefaces(): void {
  if (existsSync(new URL("node_modules/opentype.js", here))) return;
  console.log("installing the typefaces");
  const { status } = spawnSync("npm", ["ci", "--prefix", fileURLToPath(here)], {
    stdio: "inherit",
  });
  if (status !== 0)
    throw new Error(
      "train: the typefaces could not be installed; run npm ci in demos/digits/train",
    );
}

function toBase64(data: ArrayBuffer): string {
  return Buffer.from(data).toString("base64");
}

async function artifactsOf(model: LayersModel) {
  let artifacts: io.ModelArtifacts = {};
  await model.save(
    io.withSaveHandler(async (made) => {
      artifacts = made;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
    }),
  );
  const { modelTopology, weightSpecs, weightData } = artifacts;
  if (!modelTopology || !weightSpecs || !(weightData instanceof ArrayBuffer))
    throw new Error("train: nothing to save");
  return { modelTopology, weightSpecs, weightData };
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

installTypefaces();
await setBackend("wasm");
await ready();
registerConvolutionGradients();

const started = performance.now();
const seconds = (): number => Math.round((performance.now() - started) / 1000);
const random = seeded(SEED);
const faces = { training: trainingFaces(), heldOut: heldOutFaces() };
console.log(
  `${FAMILIES.training} families (${faces.training.length} faces) to learn from, ${FAMILIES.heldOut} (${faces.heldOut.length}) held out`,
);
const samples = trainingSamples(random, faces.training, SAMPLES);
console.log(`${SAMPLES} samples drawn in ${seconds()} s`);

const model = network(SEED);
await fit(model, samples, random, (epoch, loss) => {
  console.log(`epoch ${epoch} of ${EPOCHS}: loss ${loss.toFixed(4)}, ${seconds()} s`);
});
const trainingSeconds = seconds();

// What is examined is the model as it will be loaded, not the one in memory.
const artifacts = await artifactsOf(model);
const loaded = await loadLayersModel(io.fromMemory(artifacts));
const exams = {
  faces: evaluate(loaded, faceSamples(seeded(SEED + 1), faces.heldOut, 10)),
  drawings: evaluate(loaded, drawingSamples(new URL("../samples/strokes/", here))),
};
console.log(
  `held-out faces ${percent(exams.faces.accuracy)}, drawings ${percent(exams.drawings.accuracy)}`,
);
for (const { sample, digit, taken } of exams.drawings.mistakes)
  console.log(`  drawing ${sample}: ${digit} taken for ${taken}`);
if (exams.faces.accuracy < BARS.faces || exams.drawings.accuracy < BARS.drawings) {
  throw new Error(
    `train: not written, the bars are ${percent(BARS.faces)} and ${percent(BARS.drawings)}`,
  );
}

const { weightData, ...rest } = artifacts;
const trained = {
  accuracyHeldOutFaces: exams.faces.accuracy,
  accuracyStrokes: exams.drawings.accuracy,
  faces: faces.training.length,
  heldOutFaces: faces.heldOut.length,
  samples: SAMPLES,
  epochs: EPOCHS,
  seconds: trainingSeconds,
};
const json = `${JSON.stringify({ ...rest, weights: toBase64(weightData), trained })}\n`;
writeFileSync(new URL("../model.json", here), json);
console.log(`model.json: ${Math.round(json.length / 1000)} KB`, trained);
