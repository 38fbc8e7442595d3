import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * A module named in a file of `folder`, so that it can be found from anywhere: `./app.ts#name` becomes
 * `file:///…/app.ts#name`. What does not begin with a dot is the server's to find.
 */
export function absoluteImportPath(importPath: string, folder: string): string {
  return importPath.startsWith(".") ? fileImportPath(importPath, folder) : importPath;
}

/** The same of what can be nothing but a file, with or without a dot. */
export function fileImportPath(path: string, folder: string): string {
  if (path.startsWith("file:")) return path;
  const [file = "", exportName] = path.split("#");
  const url = pathToFileURL(resolve(folder, file));
  if (exportName) url.hash = exportName;
  return url.href;
}
