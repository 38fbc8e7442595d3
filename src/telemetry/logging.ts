/** How much a line matters; a deployment's level is the least that it shows. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** `text` for people, `json` for programs. */
export type LogFormat = "text" | "json";

/** What is logged, and how. What a deployment does not say its application says, then the server. */
export interface LoggingOptions {
  /** The least that is shown, `info` by default; `off` for nothing. */
  readonly level?: LogLevel | "off";
  /** On Node text where stderr is a terminal, else JSON, by default; JSON on Cloudflare, text in the browser. */
  readonly format?: LogFormat;
  /**
   * A line for each request, at the level `info`: of an application by what its ingress deployment says. On by default in
   * `isoserve run` and `isoserve start`, off elsewhere.
   */
  readonly accessLog?: boolean;
}

/** What a replica needs to know of it; plain data. */
export type ReplicaLogging = Pick<LoggingOptions, "level" | "format">;

/** What says more counts more: a later one of these. */
export function inheritLogging(...given: readonly (LoggingOptions | undefined)[]): LoggingOptions {
  return Object.assign({}, ...given);
}

/** What of it a replica needs to know; undefined for nothing. */
export function replicaLogging({ level, format }: LoggingOptions): ReplicaLogging | undefined {
  if (level === undefined && format === undefined) return undefined;
  return { ...(level !== undefined && { level }), ...(format !== undefined && { format }) };
}

const RANKS = { debug: 0, info: 1, warn: 2, error: 3, off: 4 } as const;

/** Levels as numbers: more matters more. */
export function rankOf(level: LogLevel | "off" = "info"): number {
  return RANKS[level];
}
