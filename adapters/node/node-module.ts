import type { Json } from "../../src/config/application-config.ts";
import { ServeError } from "../../src/errors.ts";

/**
 * How worker threads find the code: the URL of the app module, with `#name` for a named export, and where that is a
 * builder what it is given.
 */
export type NodeModule = string | URL | { readonly module: string | URL; readonly args: Json };

/** The same as it is sent to a thread. */
export interface ModuleReference {
  readonly url: string;
  readonly exportName: string;
  readonly args: Json | undefined;
}

/** @throws ServeError `INVALID_OPTION` for what is no URL */
export function referenceOf(code: NodeModule): ModuleReference {
  const { module, args } =
    typeof code === "string" || code instanceof URL ? { module: code, args: undefined } : code;
  if (!URL.canParse(String(module))) {
    throw new ServeError(
      "INVALID_OPTION",
      `serve.run: option module must be a URL, as import.meta.resolve("./app.ts") gives it; got ${JSON.stringify(String(module))}`,
    );
  }
  const url = new URL(module);
  const exportName = decodeURIComponent(url.hash.slice(1)) || "default";
  url.hash = "";
  return { url: url.href, exportName, args };
}

export function nodeModule({ url, exportName, args }: ModuleReference): NodeModule {
  const module = withExport(url, exportName);
  return args === undefined ? module : { module, args };
}

export function withExport(url: string, exportName: string): string {
  return exportName === "default" ? url : `${url}#${encodeURIComponent(exportName)}`;
}
