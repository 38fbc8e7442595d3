import { createHash } from "node:crypto";

/** Enough of a SHA-256 that no two versions of a program are ever taken for one. */
export function fingerprint(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}
