import type * as z from "zod/mini";
import type { ConfigProblem } from "../controller/declarations.ts";
import { notYet } from "../options-table.ts";
import { nearest } from "./nearest.ts";

type Schema = z.core.$ZodType;

/** All that a schema has against a value: each problem says what to write instead. */
export function problemsOf(schema: z.ZodMiniType, value: unknown): ConfigProblem[] {
  const issues = schema.safeParse(value).error?.issues ?? [];
  const problems = issues.flatMap((issue) => {
    const path = issue.path as (string | number)[];
    if (issue.code !== "unrecognized_keys") {
      return { path, message: explain(issue.message, valueAt(value, path)) };
    }
    const known = fieldsOf(schemaAt(schema, path));
    return issue.keys.map((key) => ({ path: [...path, key], message: unknownField(key, known) }));
  });
  // A number can break two rules that are told as one.
  const seen = new Set(problems.map((problem) => JSON.stringify(problem)));
  return [...seen].map((text) => JSON.parse(text) as ConfigProblem);
}

/** A name as code would write it: any other, one with a line break too, is shown in quotes. */
const PLAIN = /^[\w$-]+$/;

/** Where a problem is, as code would name it: `applications[0].deployments[1].numReplicas`. */
export function pathText(path: readonly (string | number)[]): string {
  return path
    .map((key) =>
      typeof key === "string" && PLAIN.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`,
    )
    .join("")
    .replace(/^\./, "");
}

/** `applications[0].name must be …` */
export function problemText({ path, message }: ConfigProblem): string {
  return path.length === 0 ? `the document ${message}` : `${pathText(path)} ${message}`;
}

/** The value at a path; undefined where there is none. */
export function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === "object" && at !== null && Object.hasOwn(at, key)
        ? (at as Record<string | number, unknown>)[key]
        : undefined,
    value,
  );
}

function explain(message: string, given: unknown): string {
  if (message.startsWith("is ")) return message;
  return given === undefined ? `is missing: it ${message}` : `${message}, got ${shown(given)}`;
}

function unknownField(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  if (near !== undefined) return `is not known, did you mean ${near}?`;
  return known.length > 0 ? `is not known; known are ${known.join(", ")}` : "is not known";
}

function schemaAt(schema: Schema, path: readonly PropertyKey[]): Schema | undefined {
  return path.reduce<Schema | undefined>((at, key) => at && within(at, key), schema);
}

function within(schema: Schema, key: PropertyKey): Schema | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === "optional") return within(def.innerType, key);
  if (def.type === "array") return def.element;
  return def.type === "object" ? def.shape[key as string] : undefined;
}

/** The fields of an object that mean something in this version. */
function fieldsOf(schema: Schema | undefined): string[] {
  if (schema === undefined) return [];
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === "optional") return fieldsOf(def.innerType);
  if (def.type !== "object") return [];
  return Object.keys(def.shape).filter((key) => def.shape[key] !== notYet);
}

const LONGEST_SHOWN = 60;

function shown(value: unknown): string {
  const text = textOf(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

/** Programs give values that are no JSON at all. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return typeof value === "bigint" ? `${value}n` : Object.prototype.toString.call(value);
  }
}
