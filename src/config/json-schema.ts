import * as z from "zod/mini";
import { resolveOptions } from "../options.ts";
import { DESCRIPTIONS } from "./descriptions.ts";
import { DEFAULT_NAME, DEFAULT_ROUTE_PREFIX } from "./duplicates.ts";
import { HTTP_DEFAULTS } from "./http-options.ts";
import { CONFIG } from "./schema.ts";

interface Node {
  properties?: Record<string, Node>;
  items?: Node;
  additionalProperties?: boolean | Node;
  maximum?: number;
  not?: object;
  default?: unknown;
  title?: string;
  description?: string;
}

const DEFAULTS: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(
    Object.entries(HTTP_DEFAULTS).map(([key, value]) => [`httpOptions.${key}`, value]),
  ),
  "applications[].name": DEFAULT_NAME,
  "applications[].routePrefix": DEFAULT_ROUTE_PREFIX,
};

/** The JSON Schema of a configuration, for editors: draft 7, which all of them know. */
export function configJsonSchema(): object {
  const schema = z.toJSONSchema(CONFIG, { target: "draft-07", unrepresentable: "any" });
  return described(schema as Node, "");
}

/** A node with its help; fields that are refused in any case are left out, so that no editor offers them. */
function described(
  { properties, items, additionalProperties: others, maximum, ...node }: Node,
  path: string,
): Node {
  const inside = Object.entries(properties ?? {}).filter(([, { not }]) => not === undefined);
  const fields = inside.map(([key, field]) => [
    key,
    described(field, path === "" ? key : `${path}.${key}`),
  ]);
  const fallback = defaultOf(path);
  return {
    ...node,
    ...DESCRIPTIONS[path],
    ...(fallback !== undefined && { default: fallback }),
    ...(maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER && { maximum }),
    ...(properties && { properties: Object.fromEntries(fields) }),
    ...(items && { items: described(items, `${path}[]`) }),
    ...(others !== undefined && {
      additionalProperties: typeof others === "object" ? described(others, `${path}{}`) : others,
    }),
  };
}

/** What a field is when neither the configuration nor the code gives it. */
function defaultOf(path: string): unknown {
  const option = path.split("applications[].deployments[].")[1];
  if (option === undefined) return DEFAULTS[path];
  if (option === "name") return undefined;
  return (resolveOptions("any", {}) as unknown as Record<string, unknown>)[option];
}
