import { findPackageJSON, type ResolveHookSync, registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { marked, markOf, newMark } from "./import-mark.ts";
import type { ModuleFiles } from "./module-files.ts";

/** What is the app's own, and not a package's. */
const OWN = /^(?:\.{0,2}\/|file:|#)/;

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
  if (mark === undefined) return next(specifier, context);
  const files = underWay.get(mark);
  const found = noting(files, () => next(specifier, context));
  if (!found.url.startsWith("file:")) return found;
  files?.add(fileURLToPath(found.url));
  const own = OWN.test(specifier) && !isPackaged(specifier, found.url);
  // The manifest has a package's version, and what # stands for.
  if (!own || specifier.startsWith("#")) noteManifest(files, specifier, context.parentURL);
  return own ? { ...found, url: marked(found.url, mark) } : found;
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

/** `#name` may stand for a file of the app or for a package. */
function isPackaged(specifier: string, url: string): boolean {
  return specifier.startsWith("#") && url.includes("/node_modules/");
}

function noteManifest(
  files: ModuleFiles | undefined,
  specifier: string,
  parentUrl: string | undefined,
): void {
  const manifest = findPackageJSON(specifier.startsWith("#") ? "." : specifier, parentUrl);
  if (manifest) files?.add(manifest);
}
