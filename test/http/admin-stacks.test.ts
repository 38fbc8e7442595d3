import { describe, expect, it } from "vitest";
import type { ApplicationStatus } from "../../src/controller/status.ts";
import { AdminClient } from "./admin-client.ts";

const DEAD = { replicaId: "app/stack#1", diedAt: 1, reason: "no model", stack: "at secret.ts:1" };
const APPLICATION = {
  status: "RUNNING",
  message: "all deployments are healthy",
  // Whatever is called so is shown.
  deployments: {
    stack: { status: "HEALTHY", message: "1 of 1 replicas run", deadReplicas: [DEAD] },
  },
} as unknown as ApplicationStatus;

describe("the admin API", () => {
  it.each(["/status", "/applications"])(
    "shows why replicas died, without stacks: GET %s",
    async (path) => {
      const admin = new AdminClient({}, { status: () => ({ applications: { app: APPLICATION } }) });
      const { body } = await admin.ask("GET", path);
      const { stack: _stack, ...shown } = DEAD;
      const deployments = { stack: { status: "HEALTHY", deadReplicas: [shown] } };
      expect(body).toMatchObject({ applications: { app: { status: "RUNNING", deployments } } });
      expect(JSON.stringify(body)).not.toContain("secret.ts");
    },
  );
});
