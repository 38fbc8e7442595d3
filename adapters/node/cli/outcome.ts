import type { ApplicationStatus } from "../../../src/index.ts";

export type Outcome = "done" | "under way" | { readonly failed: string };

/** How the newest change of an application ended. */
export function outcomeOf(
  application: Pick<ApplicationStatus, "status" | "message" | "updateFailure"> | undefined,
): Outcome {
  if (application === undefined) return { failed: "it is no longer there" };
  const { status, message, updateFailure } = application;
  if (status === "DEPLOY_FAILED") return { failed: message };
  if (status === "DELETING") return { failed: "it is being deleted" };
  if (status !== "RUNNING") return "under way";
  // It was rolled back: the old version runs.
  return updateFailure === undefined ? "done" : { failed: message };
}
