import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { HttpOptions } from "../../../src/config/http-options.ts";
import {
  configProblems,
  type ParsedConfig,
  parseTarget,
} from "../../../src/config/parse-target.ts";
import { problemText } from "../../../src/config/problems.ts";
import type { ConfigProblem } from "../../../src/controller/declarations.ts";
import { messageOf, ServeError } from "../../../src/errors.ts";
import { parseConfigText, type SyntaxProblem } from "./config-text.ts";
import { absoluteImportPath } from "./import-path.ts";

/** A configuration in a file of this machine. */
export interface ConfigFile {
  readonly path: string;
  /** With names and prefixes filled in, and each path that was relative to the file made absolute. */
  readonly config: ParsedConfig;
  /** Problems as lines that editors can jump from: `serve.yaml:12:7 applications[0].routePrefix must be …`. */
  locate(problems: readonly ConfigProblem[]): string[];
}

/** @throws ServeError `INVALID_CONFIG`, with a line of its message for each problem */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  return configFile(path, await textOf(path));
}

/** @throws ServeError `INVALID_CONFIG`, with a line of its message for each problem */
export function configFile(path: string, text: string): ConfigFile {
  const { value, problems, positionOf } = parseConfigText(text);
  const locate = (found: readonly ConfigProblem[]) =>
    lines(
      path,
      found.map((problem) => ({ ...positionOf(problem.path), message: problemText(problem) })),
    );
  refuseLines(lines(path, problems));
  refuseLines(locate(configProblems(value)));
  return { path, config: absolutePaths(parseTarget(value), dirname(resolve(path))), locate };
}

/** @throws ServeError `INVALID_CONFIG` when there is a line */
export function refuseLines(found: readonly string[]): void {
  if (found.length > 0) throw new ServeError("INVALID_CONFIG", found.join("\n"));
}

/** In the order of the file. */
function lines(path: string, problems: readonly SyntaxProblem[]): string[] {
  return [...problems]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map(({ line, column, message }) => `${path}:${line}:${column} ${message}`);
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const reason = missing ? `no such file (looked for ${resolve(path)})` : messageOf(error);
    throw new ServeError("INVALID_CONFIG", `${path}: ${reason}`, { cause: error });
  }
}

function absolutePaths(config: ParsedConfig, folder: string): ParsedConfig {
  const { httpOptions } = config;
  return {
    ...config,
    ...(httpOptions && { httpOptions: absoluteFiles(httpOptions, folder) }),
    applications: config.applications.map(({ autoscalingPolicy: policy, ...application }) => ({
      ...application,
      importPath: absoluteImportPath(application.importPath, folder),
      ...(policy !== undefined && { autoscalingPolicy: absoluteImportPath(policy, folder) }),
    })),
  };
}

function absoluteFiles({ tls, ...options }: HttpOptions, folder: string): HttpOptions {
  if (tls === undefined) return options;
  const paths = Object.entries(tls).map(([key, file]) => [key, resolve(folder, file)]);
  return { ...options, tls: Object.fromEntries(paths) };
}
