import { findPackageJSON, type ResolveHookSync, registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { marked, markOf, newMark } from "./import-mark.ts";
import type { ModuleFiles } from "./module-files.ts";

/** What names a file and no package. */
const PATH = /^(?:\.{0,2}\/|file:)/;

/** Where the imports that are under way note their files, by mark. */
const underWay = new Map<string, ModuleFiles>();
let hooked = false;

/**
 * Evaluates a module, and all it imports but packages, anew: Node keeps one module for each URL, so this import's
 * URLs get a mark of their own in the query. Packages stay as they were first loaded, and so do CommonJS modules.
 * What was evaluated before stays in memory, since Node can't unload it.
 *
 * @param files is told of each file; complete when this settles, however it does
 * @throws what the import throws, perhaps with the mark in its message
 */
export async function importFresh(url: string, files: ModuleFiles): Promise<object> {
  if (!hooked) registerHooks({ resolve });
  hooked = true;
  const mark = newMark();
  files.add(fileURLToPath(url));
  underWay.set(mark, files);
  try {
    return await import(marked(url, mark));
  } finally {
    underWay.delete(mark);
  }
}

const resolve: ResolveHookSync = (specifier, context, next) => {
  const mark = markOf(context.parentURL ?? "");
  // `require` keeps what it has by path, whatever a query says.
  if (mark === undefined || context.conditions.includes("require")) return next(specifier, context);
  const files = underWay.get(mark);
  const found = noting(files, () => next(specifier, context));
  if (!found.url.startsWith("file:")) return found;
  files?.add(fileURLToPath(found.url));
  if (PATH.test(specifier)) return { ...found, url: marked(found.url, mark) };
  const manifest = manifestOf(specifier, context.parentURL);
  if (manifest) files?.add(manifest);
  return isPackaged(specifier, found.url, manifest)
    ? found
    : { ...found, url: marked(found.url, mark) };
};

/** A file that is missing is to be looked for again. */
function noting<R>(files: ModuleFiles | undefined, resolve: () => R): R {
  try {
    return resolve();
  } catch (error) {
    const { url } = error as { readonly url?: unknown };
    if (typeof url === "string" && url.startsWith("file:")) files?.add(fileURLToPath(url));
    throw error;
  }
}

/** The `package.json` with the version of a package, or with what `#name` stands for. */
function manifestOf(specifier: string, parentUrl: string | undefined): string | undefined {
  try {
    return findPackageJSON(specifier.startsWith("#") ? "." : specifier, parentUrl);
  } catch {
    // No package then, but an alias that another hook knows.
    return undefined;
  }
}

/** `#name` may stand for a file of the app or for a package. */
function isPackaged(specifier: string, url: string, manifest: string | undefined): boolean {
  return specifier.startsWith("#") ? url.includes("/node_modules/") : manifest !== undefined;
}
