import { resolve } from "node:path";

import type {
  ApplicationConfig,
  DeploymentConfig,
} from "../../../src/config/application-config.ts";
import { checkApplication } from "../../../src/config/check-application.ts";
import { checkCode } from "../../../src/config/check-code.ts";
import type { ParsedConfig } from "../../../src/config/parse-target.ts";
import { ServeError } from "../../../src/errors.ts";
import type { NodeLoader } from "../app-loader.ts";
import { readConfigFile, refuseLines } from "../config/config-file.ts";
import { fileImportPath } from "../config/import-path.ts";

/** What is to be run, as files of this machine have it. */
export interface Source {
  /** How it wants to be served. @throws ServeError `INVALID_CONFIG` */
  server(): Promise<Pick<ParsedConfig, "httpOptions" | "logging">>;
  /** Reads it anew. @throws ServeError that tells all that is wrong with it, also with its code */
  read(loader: NodeLoader): Promise<ParsedConfig>;
  /** What the newest `read` went by: when one of these files changes, another may read something else. */
  files(loader: NodeLoader): readonly string[];
}

export function configSource(path: string): Source {
  let importPaths: readonly string[] = [];
  return {
    server: async () => (await readConfigFile(path)).config,
    async read(loader) {
      const { config, locate } = await readConfigFile(path);
      importPaths = config.applications.flatMap(
        ({ importPath, autoscalingPolicy = importPath }) => [importPath, autoscalingPolicy],
      );
      refuseLines(locate(await checkCode(config, loader)));
      return config;
    },
    files: (loader) => [
      resolve(path),
      ...new Set(importPaths.flatMap((importPath) => loader.files(importPath))),
    ],
  };
}

/** What the flags of a command line say of one module. */
export interface ModuleFlags {
  readonly name: string;
  readonly routePrefix: string;
  readonly replicas: readonly DeploymentConfig[];
}

export function moduleSource(
  module: string,
  { name, routePrefix, replicas: deployments }: ModuleFlags,
): Source {
  return {
    server: async () => ({}),
    async read(loader) {
      const { application } = await loader.load(module, undefined);
      const [problem] = checkApplication({ deployments }, application);
      if (problem) throw new ServeError("INVALID_CONFIG", `--replicas: ${problem.message}`);
      const importPath = fileImportPath(module, process.cwd());
      const config: ApplicationConfig = { name, routePrefix, importPath, deployments };
      return { applications: [config] };
    },
    files: (loader) => loader.files(module),
  };
}
