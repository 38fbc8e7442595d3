import { createHash } from "node:crypto";
import { type StoredDocument, stateUnreadable } from "../../../src/state-store.ts";

/** A row of the table `documents`. */
export interface Row {
  readonly key: string;
  readonly revision: number;
  readonly text: string;
  readonly sum: string;
}

/** SQLite finds a damaged page, but not a byte of a text that another one replaced. */
export function sumOf(key: string, revision: number, text: string): string {
  return createHash("sha256").update(`${key}\n${revision}\n${text}`).digest("hex");
}

export const DAMAGED = "restore a copy of it, or move it away to start anew";

export function documentOf({ key, revision, text, sum }: Row, where: string): StoredDocument {
  if (sum !== sumOf(key, revision, text)) {
    throw stateUnreadable(where, `is damaged (a document fails its checksum); ${DAMAGED}`);
  }
  return { text, revision };
}
