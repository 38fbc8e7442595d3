import { expect, it } from "vitest";
import { nearest } from "../../src/config/nearest.ts";

it.each([
  ["numReplica", "numReplicas"],
  ["num_replicas", "numReplicas"],
  ["NumReplicsa", "numReplicas"],
  ["max-ongoing-requests", "maxOngoingRequests"],
  ["graceful_shutdown_timeout_s", "gracefulShutdownTimeoutMs"],
  ["nmae", "name"],
  ["naem", "name"],
  ["eman", undefined],
  ["nam", "name"],
  ["replicas", undefined],
  ["colour", undefined],
  ["", undefined],
])("%s means %s", (given, meant) => {
  const known = ["name", "numReplicas", "maxOngoingRequests", "gracefulShutdownTimeoutMs"];
  expect(nearest(given, known)).toBe(meant);
});
