import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * A module named in a file of `folder`, so that it can be found from anywhere: `./app.ts#name` becomes
 * `file:///…/app.ts#name`. What does not begin with a dot is the server's to find.
 */
export function absoluteImportPath(importPath: string, folder: string): string {
  if (!importPath.startsWith(".")) return importPath;
  const [path = "", exportName] = importPath.split("#");
  const url = pathToFileURL(resolve(folder, path));
  if (exportName) url.hash = exportName;
  return url.href;
}
