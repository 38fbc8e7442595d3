import { describe, expect, it } from "vitest";
import { type UpgradeStep, type UpgradeView, upgradeStep } from "../../src/controller/upgrade.ts";

describe("upgradeStep", () => {
  it.each<[UpgradeStep, UpgradeView]>([
    ["wait", { failed: false, healthy: false, committed: false }],
    ["wait", { failed: false, healthy: false, committed: true }],
    ["commit", { failed: false, healthy: true, committed: false }],
    ["commit", { failed: false, healthy: true, committed: true }],
    ["fail", { failed: true, healthy: false, committed: false }],
    ["roll back", { failed: true, healthy: false, committed: true }],
    // A change that failed is undone though its replicas are well: they refused their settings.
    ["fail", { failed: true, healthy: true, committed: false }],
    ["roll back", { failed: true, healthy: true, committed: true }],
  ])("%s: %j", (step, view) => {
    expect(upgradeStep(view)).toBe(step);
  });
});
