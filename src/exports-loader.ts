import type { AppLoader } from "./app-loader.ts";
import type { Json } from "./config/application-config.ts";
import { exportedApplication } from "./exported-application.ts";

/**
 * Finds applications among the exports of a module that the host has already: on platforms whose code comes in one
 * bundle. Of an `importPath` it reads the name behind `#`, so that one configuration does for all platforms.
 *
 * @param where the module, for messages
 * @param codeOf how replicas find an export
 */
export function exportsLoader<Code>(
  exports: Readonly<Record<string, unknown>>,
  where: string,
  codeOf: (exportName: string, args: Json | undefined) => Code | undefined,
): AppLoader<Code> {
  return {
    async load(importPath, args) {
      const [, exportName = "default"] = importPath.split("#");
      return {
        application: exportedApplication(exports, exportName, where, args),
        code: codeOf(exportName, args),
        version: JSON.stringify([exportName, args ?? null]),
      };
    },
    async exported(importPath) {
      const [, exportName = "default"] = importPath.split("#");
      return { value: exports[exportName], version: exportName };
    },
    // The host's own code: whoever has it runs it again.
    reference: () => undefined,
  };
}
