import { expect, it } from "vitest";
import { outcomeOf } from "../../adapters/node/cli/outcome.ts";

const FAILED = "the update failed: x; all deployments are healthy";

it.each<[Parameters<typeof outcomeOf>[0] & {}, ReturnType<typeof outcomeOf>]>([
  [{ status: "NOT_STARTED", message: "" }, "under way"],
  [{ status: "DEPLOYING", message: "" }, "under way"],
  [{ status: "DEPLOYING", message: "the update failed: x", updateFailure: "x" }, "under way"],
  [{ status: "UNHEALTHY", message: "" }, "under way"],
  [{ status: "RUNNING", message: "all deployments are healthy" }, "done"],
  [{ status: "RUNNING", message: FAILED, updateFailure: "x" }, { failed: FAILED }],
  [{ status: "DEPLOY_FAILED", message: "gave up" }, { failed: "gave up" }],
  [{ status: "DELETING", message: "" }, { failed: "it is being deleted" }],
])("%o is %o", (application, outcome) => {
  expect(outcomeOf(application)).toEqual(outcome);
});

it("is a failure to vanish", () => {
  expect(outcomeOf(undefined)).toEqual({ failed: "it is no longer there" });
});
