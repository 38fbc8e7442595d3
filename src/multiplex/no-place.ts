import { ServeError } from "../errors.ts";
import type { Asker } from "./askers.ts";
import type { ModelUser } from "./model-user.ts";

interface UsedPlace {
  readonly users: ReadonlySet<ModelUser>;
}

/** Why a model can never have a place, and what to do. */
export function noPlace(
  { modelId, user }: Pick<Asker<unknown>, "modelId" | "user">,
  places: readonly UsedPlace[],
  { where, maxModels }: { readonly where: string; readonly maxModels: number },
): ServeError {
  const refused = (code: "BACKPRESSURE" | "INVALID_APPLICATION", why: string) =>
    new ServeError(code, `${where}: no place for the model ${modelId}: ${why}`);
  if (!user) {
    return refused(
      "BACKPRESSURE",
      `calls use all ${maxModels} (maxModels), and it is asked for outside of a call; ask before the first await, or with the context(), where the platform has no AsyncLocalStorage (browsers), or raise maxModels`,
    );
  }
  if (places.every(({ users }) => users.size === 1 && users.has(user))) {
    return refused(
      "INVALID_APPLICATION",
      `the call uses ${maxModels} already (maxModels); raise maxModels, or use fewer in a call`,
    );
  }
  return refused(
    "BACKPRESSURE",
    `all ${maxModels} (maxModels) are used by calls that wait for another one; raise maxModels`,
  );
}
