import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { MessageChannel, Worker } from "node:worker_threads";
import type { Json } from "../src/config/application-config.ts";
import { fromErrorData } from "../src/error-data.ts";
import type { Loaded, LoaderRequest } from "./fixtures/loader.worker.ts";

const ISOSERVE = new URL("../src/index.ts", import.meta.url).href;

/** As `tsx` and the like resolve paths that a tsconfig names. */
const ALIAS = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  const resolve = (specifier, context, next) =>
    next(specifier === "@/inner" ? "./inner.ts" : specifier, context);
  registerHooks({ resolve });
`)}`;

/** Node's loader in a thread of its own: vitest has another way to import modules. */
export function loaderThread() {
  const worker = new Worker(new URL("./fixtures/loader.worker.ts", import.meta.url), {
    execArgv: ["--import", ALIAS],
  });
  const ask = async (request: Omit<LoaderRequest, "port">) => {
    const { port1, port2 } = new MessageChannel();
    worker.postMessage({ ...request, port: port2 }, [port2]);
    const [answer] = await once(port1, "message");
    port1.close();
    if (answer.error) throw fromErrorData(answer.error);
    return answer;
  };
  return {
    load: (importPath: string, args?: Json): Promise<Loaded> =>
      ask({ what: "load", importPath, args }),
    /** At the same time. */
    loadTwice: (importPath: string): Promise<[Loaded, Loaded]> =>
      ask({ what: "loadTwice", importPath, args: undefined }),
    files: (importPath: string): Promise<string[]> =>
      ask({ what: "files", importPath, args: undefined }),
    end: () => worker.terminate(),
  };
}

export type LoaderThread = ReturnType<typeof loaderThread>;

/** A user's project in a folder of its own; `app.ts` binds what its expression says. */
export async function project(files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), "isoserve-loader-"));
  const write = async (changed: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(changed)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
  };
  await write({
    "package.json": '{ "type": "module", "imports": { "#inner": "./inner.ts", "#pkg": "pkg" } }',
    "node_modules/isoserve/package.json": '{ "type": "module", "exports": "./index.js" }',
    "node_modules/isoserve/index.js": `export * from ${JSON.stringify(ISOSERVE)};`,
    "node_modules/pkg/package.json":
      '{ "type": "module", "version": "1.0.0", "exports": "./index.js" }',
    "node_modules/pkg/index.js": 'export { value } from "./value.js";',
    "node_modules/pkg/value.js": 'export const value = "packaged";',
    ...files,
  });
  return {
    folder,
    app: join(folder, "app.ts"),
    path: (name: string) => join(folder, name),
    write,
    remove: (name: string) => rm(join(folder, name)),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** An app module that binds the value of an expression, after some imports. */
export function appOf(expression: string, imports = ""): string {
  return `${imports}
import { deployment } from "isoserve";
class Leaf { constructor(...args: unknown[]) {} }
export const other = deployment(Leaf).bind("other");
export default deployment(Leaf).bind(${expression});
`;
}
