import type { ApplicationConfig, Json } from "../config/application-config.ts";
import { refuse } from "../config/parse-target.ts";
import type { ConfigProblem } from "../controller/declarations.ts";
import { isObject, type JsonObject, mergePatch } from "./merge-patch.ts";

/**
 * An application's configuration with a merge patch. RFC 7396 replaces a list as a whole; here each of the
 * `deployments` is patched by its name, as if they were an object with the names as keys. The patch may give them as
 * such an object too, where null removes one.
 *
 * @returns a document that is still to be checked
 * @throws ServeError `INVALID_CONFIG` where it can't be told which deployment is meant
 */
export function patchApplication(config: ApplicationConfig, patch: Json): Json {
  const before = config as unknown as JsonObject;
  const deployments = isObject(patch) ? patch["deployments"] : undefined;
  if (!isObject(patch) || deployments === undefined || deployments === null) {
    return mergePatch(before, patch);
  }
  const { problems, patches } = patchesOf(deployments);
  refuse(problems);
  const named = (config.deployments ?? []).map(({ name, ...options }) => [name, options] as const);
  const merged = mergePatch(Object.fromEntries(named) as JsonObject, patches) as JsonObject;
  const listed = Object.entries(merged).map(([name, options]) => ({
    name,
    ...(options as object),
  }));
  // As a patch of its own: it replaces the list, and an empty one need not be there.
  return mergePatch(before, { ...patch, deployments: listed.length > 0 ? listed : null });
}

interface Patches {
  /** Of each deployment by its name; null for one whose options go. */
  readonly patches: JsonObject;
  readonly problems: readonly ConfigProblem[];
}

const LIST = "must be a list of deployments with their names, or an object by name";

function patchesOf(deployments: Json): Patches {
  if (Array.isArray(deployments)) return patchesOfList(deployments);
  if (isObject(deployments)) return patchesOfObject(deployments);
  return { patches: {}, problems: [{ path: ["deployments"], message: LIST }] };
}

function patchesOfList(list: readonly Json[]): Patches {
  const patches = new Map<string, Json>();
  const problems: ConfigProblem[] = [];
  for (const [index, given] of list.entries()) {
    const { name, ...options } = isObject(given) ? given : {};
    const path = ["deployments", index, "name"];
    if (typeof name !== "string") {
      problems.push({ path, message: "must say which deployment is patched" });
    } else if (patches.has(name)) {
      problems.push({ path, message: `must be unique: ${JSON.stringify(name)} is there twice` });
    } else {
      patches.set(name, options);
    }
  }
  return { patches: Object.fromEntries(patches), problems };
}

function patchesOfObject(given: JsonObject): Patches {
  const problems = Object.entries(given).flatMap(([name, options]): ConfigProblem[] => {
    const path = ["deployments", name];
    if (options === null) return [];
    if (!isObject(options)) {
      return [{ path, message: "must be an object of options, or null to remove them" }];
    }
    const own = options["name"] === undefined || options["name"] === name;
    if (own) return [];
    return [{ path: [...path, "name"], message: `must be ${JSON.stringify(name)} or left out` }];
  });
  return { patches: given, problems };
}
