import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { OPTIONS } from "../src/options-table.ts";

it("the guide lists every option", () => {
  const guide = readFileSync(
    new URL("../docs/deployments-and-options.md", import.meta.url),
    "utf8",
  );
  const listed = [...guide.matchAll(/^\| `(\w+)` +\|/gm)].map(([, name]) => name);
  expect(listed.toSorted()).toEqual(Object.keys(OPTIONS.def.shape).toSorted());
});
