import { expect, it } from "vitest";
import { outcomeOf } from "../../adapters/node/cli/outcome.ts";
import type { ApplicationStatus } from "../../src/index.ts";

it.each<[ApplicationStatus["status"], string, ReturnType<typeof outcomeOf>]>([
  ["NOT_STARTED", "", "under way"],
  ["DEPLOYING", "", "under way"],
  ["DEPLOYING", "the update failed: x; Api: 1 of 2 replicas run", "under way"],
  ["UNHEALTHY", "", "under way"],
  ["RUNNING", "all deployments are healthy", "done"],
  [
    "RUNNING",
    "the update failed: x; all deployments are healthy",
    { failed: "the update failed: x; all deployments are healthy" },
  ],
  ["DEPLOY_FAILED", "gave up", { failed: "gave up" }],
  ["DELETING", "", { failed: "it is being deleted" }],
])("%s (%s) is %s", (status, message, outcome) => {
  expect(outcomeOf({ status, message })).toEqual(outcome);
});

it("is a failure to vanish", () => {
  expect(outcomeOf(undefined)).toEqual({ failed: "it is no longer there" });
});
