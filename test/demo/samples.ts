import { readdirSync, readFileSync } from "node:fs";

export interface Sample {
  readonly name: string;
  readonly digit: number;
  readonly png: Uint8Array<ArrayBuffer>;
}

const FOLDER = new URL("../../demos/digits/samples/", import.meta.url);

/** The ten pictures to play with. */
export const SAMPLES = samplesIn(FOLDER);
/** The hundred that the model was examined on. */
export const STROKES = samplesIn(new URL("strokes/", FOLDER));

function samplesIn(folder: URL): readonly Sample[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".png"));
  return names.sort().map((name) => ({
    name,
    digit: Number(name[0]),
    png: Uint8Array.from(readFileSync(new URL(name, folder))),
  }));
}
