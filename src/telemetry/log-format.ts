import type { LoggedError, LogLine } from "./log-line.ts";
import type { LogLevel } from "./logging.ts";

/** A line but for its level and message as one flat object. What a line says of itself its fields can't replace. */
export function recordOf(line: LogLine): Record<string, unknown> {
  const { time, application, deployment, replica, requestId, traceId, fields } = line;
  const record: Record<string, unknown> = { time: new Date(time).toISOString() };
  if (application !== undefined) record["application"] = application;
  if (deployment !== undefined) record["deployment"] = deployment;
  if (replica !== undefined) record["replica"] = replica;
  if (requestId !== undefined) record["requestId"] = requestId;
  if (traceId !== undefined) record["traceId"] = traceId;
  for (const key in fields) {
    if (!TAKEN.has(key)) record[key] = fields[key];
  }
  return record;
}

const TAKEN = new Set([
  ...["level", "time", "message"],
  ...["application", "deployment", "replica", "requestId", "traceId"],
]);

export function jsonLine(line: LogLine): string {
  const { level, message } = line;
  const record = { level, ...recordOf(line), message };
  try {
    return JSON.stringify(record);
  } catch {
    // Circular, or a bigint: the line is worth more than the field.
    const plain = Object.entries(record).map(([key, value]) => [key, plainValue(value)]);
    return JSON.stringify(Object.fromEntries(plain));
  }
}

function plainValue(value: unknown): unknown {
  try {
    JSON.stringify(value);
    return value;
  } catch {
    return String(value);
  }
}

/** Colours a level's word, where there are colours. */
export type Paint = (level: LogLevel, word: string) => string;

/** `2026-11-20T09:30:00.000Z INFO  default/Api#1 [k3f9-2] message field=value`, then the stacks of its errors. */
export function textLine(line: LogLine, paint: Paint = (_level, word) => word): string {
  const { time, level, requestId, message, text, fields } = line;
  const words: string[] = [];
  const stacks: string[] = [];
  for (const [key, value] of text === undefined ? Object.entries(fields) : []) {
    if (isLoggedError(value)) stacks.push(stackOf(value));
    else if (value !== undefined) words.push(`${key}=${shown(value)}`);
  }
  const word = paint(level, level.toUpperCase().padEnd(5));
  const head = `${new Date(time).toISOString()} ${word} ${whereOf(line)}`;
  const request = requestId === undefined ? [] : [`[${requestId}]`];
  return [[head, ...request, text ?? message, ...words].join(" "), ...stacks].join("\n");
}

function whereOf({ application, deployment, replica }: LogLine): string {
  if (replica !== undefined) return replica;
  if (application === undefined) return "isoserve";
  return deployment === undefined ? application : `${application}/${deployment}`;
}

function shown(value: unknown): string {
  if (typeof value === "string") return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(plainValue(value)) ?? String(value);
}

function isLoggedError(value: unknown): value is LoggedError {
  return typeof value === "object" && value !== null && "name" in value && "message" in value;
}

function stackOf({ name, message, stack, cause }: LoggedError): string {
  const own = stack ?? `${name}: ${message}`;
  // V8 writes the message of an error into its stack when it is made.
  const text = own.includes(message) ? own : `${name}: ${message}\n${own}`;
  return cause ? `${text}\n  [cause] ${stackOf(cause)}` : text;
}
