/** How the deployments of an application take a change. */
export interface UpgradeView {
  /** One of them can't: its new version does not start, or its settings are refused. */
  readonly failed: boolean;
  readonly healthy: boolean;
  /** Is there an earlier state in which all were healthy? */
  readonly committed: boolean;
}

/** What to do next. `commit`: serve the new ingress, end what was left out. */
export type UpgradeStep = "wait" | "commit" | "roll back" | "fail";

export function upgradeStep({ failed, healthy, committed }: UpgradeView): UpgradeStep {
  if (failed) return committed ? "roll back" : "fail";
  return healthy ? "commit" : "wait";
}
