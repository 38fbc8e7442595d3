import { type ParsedConfig, parseTarget } from "../config/parse-target.ts";
import { messageOf, ServeError } from "../errors.ts";
import type { DeclaredApplication } from "./declarations.ts";

/** What a state store keeps of the target state. */
export interface Checkpoint {
  readonly targetCapacity: number | undefined;
  /** The newest revision that was given. */
  readonly revision: number;
  readonly applications: readonly DeclaredApplication[];
}

/** Changes when an older isoserve could not read what this one writes. */
const FORMAT = 1;

export function encodeCheckpoint(checkpoint: Checkpoint): string {
  return JSON.stringify({ format: FORMAT, ...checkpoint });
}

/** @throws ServeError `STATE_UNREADABLE` for a text of a newer isoserve or a damaged one */
export function decodeCheckpoint(text: string): Checkpoint {
  const { format, revision, targetCapacity, applications } = parse(text);
  if (typeof format === "number" && format > FORMAT) {
    throw unreadable(`it is of a newer isoserve (format ${format}, this one reads ${FORMAT})`);
  }
  if (format !== FORMAT || typeof revision !== "number" || !Array.isArray(applications)) {
    throw unreadable("it is damaged");
  }
  const configs = applications.map((one) => (one as DeclaredApplication | null)?.config);
  const target = checked({
    ...(targetCapacity !== undefined && { targetCapacity }),
    applications: configs,
  });
  return {
    targetCapacity: target.targetCapacity,
    revision,
    applications: target.applications.map((config, index) => ({
      config,
      revision: revisionOf(applications[index]),
    })),
  };
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw unreadable("it is damaged");
}

function checked(document: unknown): ParsedConfig {
  try {
    return parseTarget(document);
  } catch (error) {
    throw unreadable(`it is damaged: ${messageOf(error)}`);
  }
}

function revisionOf(declared: { readonly revision?: unknown }): number {
  if (typeof declared.revision === "number") return declared.revision;
  throw unreadable("it is damaged: an application has no revision");
}

function unreadable(why: string): ServeError {
  return new ServeError(
    "STATE_UNREADABLE",
    `the stored target state can't be read: ${why}; start with another state store, or remove it to begin anew`,
  );
}
