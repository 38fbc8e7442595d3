import type { ConfigProblem } from "../controller/declarations.ts";
import { ServeError } from "../errors.ts";
import type { LoggingOptions } from "../telemetry/logging.ts";
import type { ApplicationConfig, TargetConfig } from "./application-config.ts";
import {
  DEFAULT_NAME,
  DEFAULT_ROUTE_PREFIX,
  duplicateDeployments,
  duplicateProblems,
} from "./duplicates.ts";
import type { HttpOptions } from "./http-options.ts";
import { problemsOf, problemText } from "./problems.ts";
import { APPLICATION, CONFIG } from "./schema.ts";

/** A configuration as its document says it. */
export interface ParsedConfig extends TargetConfig {
  readonly httpOptions?: HttpOptions;
  /** What the server logs, and how: fixed when it starts. */
  readonly logging?: LoggingOptions;
}

/** All that is wrong with a document, without a look at the code that it names. */
export function configProblems(document: unknown): ConfigProblem[] {
  return [...problemsOf(CONFIG, document), ...duplicateProblems(document)];
}

/**
 * Checks a document and fills in the names and prefixes it leaves out.
 *
 * @throws ServeError `INVALID_CONFIG`, with all that is wrong in `cause` (`ConfigProblem[]`)
 */
export function parseTarget(document: unknown): ParsedConfig {
  refuse(configProblems(document));
  const { applications, $schema, ...rest } = document as ParsedConfig & { $schema?: string };
  return { ...rest, applications: applications.map(withDefaults) };
}

/**
 * The same for one application.
 *
 * @throws ServeError `INVALID_CONFIG`
 */
export function parseApplication(document: unknown): ApplicationConfig {
  refuse([...problemsOf(APPLICATION, document), ...duplicateDeployments(document, [])]);
  return withDefaults(document as ApplicationConfig);
}

/** @throws ServeError `INVALID_CONFIG` when there is a problem */
export function refuse(problems: readonly ConfigProblem[]): void {
  if (problems.length === 0) return;
  const message = `configuration: ${problems.map(problemText).join("; ")}`;
  throw new ServeError("INVALID_CONFIG", message, { cause: problems });
}

function withDefaults(given: Partial<ApplicationConfig>): ApplicationConfig {
  const { name = DEFAULT_NAME, routePrefix = DEFAULT_ROUTE_PREFIX } = given;
  return { ...given, name, routePrefix } as ApplicationConfig;
}
