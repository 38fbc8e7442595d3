import { build, type Plugin, type Rolldown } from "vite";

const BUNDLED = "?bundled";

/**
 * `import url from "./worker.ts?bundled"`: its code and all that it imports in one file. A worker that fetches its modules
 * one by one takes half a second to start, and the tests start thousands.
 */
export function bundled(): Plugin {
  return {
    name: "bundled",
    enforce: "pre",
    async load(id) {
      if (!id.endsWith(BUNDLED)) return undefined;
      const code = JSON.stringify(await bundle(id.slice(0, -BUNDLED.length)));
      return `export default URL.createObjectURL(new Blob([${code}], { type: "text/javascript" }));`;
    },
  };
}

async function bundle(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: "warn",
    build: {
      write: false,
      target: "es2024",
      minify: false,
      lib: { entry, formats: ["es"] },
      // Deployments are named after their classes.
      rolldownOptions: { output: { keepNames: true, codeSplitting: false } },
    },
  });
  const { output } = (Array.isArray(result) ? result[0] : result) as Rolldown.RolldownOutput;
  return output[0].code;
}
