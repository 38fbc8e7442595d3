import type { ApplicationConfig } from "../../src/config/application-config.ts";

/** What a script's code says of one of its applications. */
export type ScriptApplication = Pick<ApplicationConfig, "name" | "routePrefix" | "importPath">;

export interface ScriptChanges {
  readonly put: readonly ApplicationConfig[];
  readonly remove: readonly string[];
}

/**
 * What a new version of the script changes in what is declared. What was declared by hand stays: options, and that an
 * application was deleted.
 *
 * @param before what the script said when it was looked at last
 */
export function scriptChanges(
  before: readonly ScriptApplication[],
  now: readonly ScriptApplication[],
  declared: readonly ApplicationConfig[],
): ScriptChanges {
  const find = <T extends ScriptApplication>(list: readonly T[], name: string) =>
    list.find((one) => one.name === name);
  const put = now.flatMap((application) => {
    const was = find(before, application.name);
    const is = find(declared, application.name);
    if (!was) return is ? [] : [application];
    const moved = was.routePrefix !== application.routePrefix;
    return is && moved && is.routePrefix === was.routePrefix
      ? [{ ...is, routePrefix: application.routePrefix }]
      : [];
  });
  const remove = before.flatMap(({ name, importPath }) => {
    const isGone = !find(now, name) && find(declared, name)?.importPath === importPath;
    return isGone ? [name] : [];
  });
  return { put, remove };
}
