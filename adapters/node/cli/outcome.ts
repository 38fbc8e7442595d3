import type { ApplicationStatus } from "../../../src/index.ts";

export type Outcome = "done" | "under way" | { readonly failed: string };

/** How the newest change of an application ended. */
export function outcomeOf(
  application: Pick<ApplicationStatus, "status" | "message"> | undefined,
): Outcome {
  if (application === undefined) return { failed: "it is no longer there" };
  const { status, message } = application;
  if (status === "DEPLOY_FAILED") return { failed: message };
  if (status === "DELETING") return { failed: "it is being deleted" };
  if (status !== "RUNNING") return "under way";
  // It was rolled back: the old version runs.
  return message.startsWith("the update failed") ? { failed: message } : "done";
}
