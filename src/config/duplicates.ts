import type { ConfigProblem } from "../controller/declarations.ts";
import { pathText, valueAt } from "./problems.ts";

type Path = readonly (string | number)[];

/** What one application is called, and where it answers, when its configuration does not say. */
export const DEFAULT_NAME = "default";
export const DEFAULT_ROUTE_PREFIX = "/";

/** Names and prefixes that are there twice, told at each of the places. Takes what is valid of the document. */
export function duplicateProblems(document: unknown): ConfigProblem[] {
  const applications = pathsOf(document, ["applications"]);
  return [
    ...duplicates(document, applications, "name", DEFAULT_NAME, String),
    ...duplicates(document, applications, "routePrefix", DEFAULT_ROUTE_PREFIX, plainPrefix),
    ...applications.flatMap((path) => duplicateDeployments(document, path)),
  ];
}

/** Deployments of one application that are there twice. @param application its path in the document */
export function duplicateDeployments(document: unknown, application: Path): ConfigProblem[] {
  const deployments = pathsOf(document, [...application, "deployments"]);
  return duplicates(document, deployments, "name", undefined, String);
}

/** The paths of a list's items that are objects. */
function pathsOf(document: unknown, path: Path): Path[] {
  const list = valueAt(document, path);
  if (!Array.isArray(list)) return [];
  return list.flatMap((item, index) =>
    typeof item === "object" && item !== null ? [[...path, index]] : [],
  );
}

function duplicates(
  document: unknown,
  items: readonly Path[],
  field: string,
  fallback: string | undefined,
  normalise: (value: string) => string,
): ConfigProblem[] {
  const places = items.flatMap((item) => {
    const value = valueAt(document, [...item, field]) ?? fallback;
    return typeof value === "string" ? [{ path: [...item, field], value }] : [];
  });
  return places.flatMap(({ path, value }) => {
    const other = places.find(
      (place) => place.path !== path && normalise(place.value) === normalise(value),
    );
    if (other === undefined) return [];
    const given = valueAt(document, path) === undefined ? " (the default)" : "";
    const message = `must be unique: ${JSON.stringify(value)}${given} is also ${pathText(other.path)}`;
    return [{ path, message }];
  });
}

/** A trailing slash is an error of its own: it must not hide this one. */
function plainPrefix(prefix: string): string {
  return prefix.replace(/\/+$/, "") || "/";
}
