import { messageOf } from "../../../src/errors.ts";

/** Tells of a failure on stderr, without stacks. */
export function printFailure(error: unknown): void {
  const lines = messageOf(error).split("\n");
  console.error(lines.map(shown).join("\n"));
}

/** Lines that begin with their place in a file stay as they are, so that terminals can open it. */
function shown(line: string): string {
  return /^\S.*?:\d+:\d+ /.test(line) ? line : `isoserve: ${line}`;
}
