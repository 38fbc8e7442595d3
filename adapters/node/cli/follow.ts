import { setTimeout as sleep } from "node:timers/promises";
import { ServeError } from "../../../src/errors.ts";
import type { ServeStatus } from "../../../src/index.ts";
import type { LiveLines } from "./live-lines.ts";
import { outcomeOf } from "./outcome.ts";
import { progressLines } from "./status-table.ts";

const PERIOD_MS = 200;

/**
 * Shows how deployments come up until each of the applications runs.
 *
 * @throws ServeError `DEPLOY_FAILED` once none is under way and one did not make it
 */
export async function follow(
  status: () => Promise<ServeStatus>,
  names: readonly string[],
  lines: LiveLines,
): Promise<void> {
  for (;;) {
    const now = await status();
    lines.show(progressLines(now, names));
    const outcomes = names.map((name) => [name, outcomeOf(now.applications[name])] as const);
    if (outcomes.every(([, outcome]) => outcome !== "under way")) {
      return refuseFailed(outcomes);
    }
    await sleep(PERIOD_MS);
  }
}

function refuseFailed(outcomes: readonly (readonly [string, unknown])[]): void {
  const failed = outcomes.flatMap(([name, outcome]) => {
    const { failed: reason } = outcome as { failed?: string };
    return reason === undefined ? [] : `${name} failed: ${reason}`;
  });
  if (failed.length > 0) throw new ServeError("DEPLOY_FAILED", failed.join("\n"));
}
