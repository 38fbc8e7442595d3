import type { ApplicationStatus, DeploymentStatus, ServeStatus } from "../../../src/index.ts";

const HEADER = ["APPLICATION", "DEPLOYMENT", "STATUS", "REPLICAS", "MESSAGE"];

/** A line for each application and each deployment, of the same columns always: `-` where there is nothing to say. */
export function statusTable({ applications }: ServeStatus): string[] {
  const rows = Object.entries(applications).flatMap(applicationRows);
  return rows.length === 0 ? ["no application is deployed"] : aligned([HEADER, ...rows]);
}

/** The same of the deployments of some applications, without the header. */
export function progressLines({ applications }: ServeStatus, names: readonly string[]): string[] {
  return aligned(
    names.flatMap((name) => {
      const application = applications[name];
      return application ? deploymentRows(name, application) : [];
    }),
  );
}

function applicationRows([name, application]: [string, ApplicationStatus]): string[][] {
  const { status, message } = application;
  return [[name, "-", status, "-", oneLine(message)], ...deploymentRows(name, application)];
}

function deploymentRows(name: string, { deployments }: ApplicationStatus): string[][] {
  return Object.entries(deployments).map(([deployment, one]) => {
    return [name, deployment, one.status, replicasOf(one), oneLine(one.message)];
  });
}

/** How many run of how many should. */
export function replicasOf({ replicas, targetNumReplicas }: DeploymentStatus): string {
  const running = replicas.filter(({ state }) => state === "RUNNING").length;
  return `${running}/${targetNumReplicas}`;
}

/** Errors of users have as many lines as they like. */
export function oneLine(message: string): string {
  return message.replaceAll(/\s*\n\s*/g, " ");
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADER.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] as string).length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join("  ")
      .trimEnd(),
  );
}
