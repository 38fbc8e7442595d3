import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { CODES } from "../src/errors.ts";

it("the guide lists every code, with its status and whether to call again", () => {
  const guide = readFileSync(new URL("../docs/handles-and-calls.md", import.meta.url), "utf8");
  const rows = guide.matchAll(/^\| `([A-Z_]+)` +\| (\d+) +\| (yes|no) +\|/gm);
  const listed = [...rows].map(([, code = "", status, retryable]) => [
    code,
    { status: Number(status), retryable: retryable === "yes" },
  ]);
  expect(Object.fromEntries(listed)).toEqual(CODES);
});
