import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { AppLoader } from "../../src/app-loader.ts";
import type { Json } from "../../src/config/application-config.ts";
import { messageOf, ServeError } from "../../src/errors.ts";
import { exportedApplication } from "../../src/exported-application.ts";
import { EvaluatedModule } from "./evaluated-module.ts";
import { fingerprint } from "./fingerprint.ts";
import { type NodeModule, nodeModule, referenceOf, withExport } from "./node-module.ts";

/** Loads app modules into this thread: a path, or a file: URL, with `#name` for an export other than the default. */
export interface NodeLoader extends AppLoader<NodeModule> {
  /**
   * The paths of what the newest `load` of a module read, also where it failed: when one of them changes, the next
   * `load` evaluates the module anew. Empty where it was never loaded.
   */
  files(importPath: string): readonly string[];
}

/**
 * The version goes by the files that a module imports (not by those that it reads in other ways), and for a package
 * by its `package.json` and the file that is imported. Packages, and CommonJS modules, stay in this thread as they
 * were first loaded; replicas in threads of their own load everything afresh.
 */
export function nodeLoader(): NodeLoader {
  const modules = new Map<string, EvaluatedModule>();
  const evaluated = (path: string, file: string) => {
    const module = modules.get(file) ?? new EvaluatedModule(file);
    modules.set(file, module);
    return module.evaluation(path);
  };
  return {
    async load(importPath, args) {
      const { path, file, exportName } = parse(importPath);
      const { exports, version } = await evaluated(path, file);
      return {
        application: exportedApplication(exports, exportName, path, args),
        code: nodeModule({ url: pathToFileURL(file).href, exportName, args }),
        version: fingerprint(JSON.stringify([version, exportName, sorted(args)])),
      };
    },
    async exported(importPath) {
      const { path, file, exportName } = parse(importPath);
      const { exports, version } = await evaluated(path, file);
      return { value: (exports as Record<string, unknown>)[exportName], version };
    },
    reference(code) {
      if (code === undefined) return undefined;
      const { url, exportName, args } = referenceOf(code);
      if (!url.startsWith("file:")) return undefined;
      const plain = pathToFileURL(fileURLToPath(url)).href;
      return { importPath: withExport(plain, exportName), args };
    },
    files: (importPath) => modules.get(parse(importPath).file)?.files ?? [],
  };
}

function parse(importPath: string) {
  const [, given = "", name = ""] = /^(.*?)(?:#([^#/\\]*))?$/s.exec(importPath) ?? [];
  const isUrl = given.startsWith("file:");
  try {
    const path = isUrl ? fileURLToPath(given) : given;
    const exportName = (isUrl ? decodeURIComponent(name) : name) || "default";
    return { path, file: resolve(path), exportName };
  } catch (error) {
    const message = `${importPath}: no path and no file: URL: ${messageOf(error)}`;
    throw new ServeError("INVALID_APPLICATION", message, { cause: error });
  }
}

/** The same arguments in another order are the same version. */
function sorted(args: Json | undefined): unknown {
  if (Array.isArray(args)) return args.map(sorted);
  if (typeof args !== "object" || args === null) return args;
  const entries = Object.entries(args).map(([key, value]) => [key, sorted(value)] as const);
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}
