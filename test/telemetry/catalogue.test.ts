import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../../src/telemetry/catalogue.ts";
import type { Definition } from "../../src/telemetry/definition.ts";
import { shownName } from "../../src/telemetry/exposition.ts";
import { checkLabels, checkName, checkText, checkUnit } from "../../src/telemetry/names.ts";

const page = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");

describe("isoserve's own metrics", () => {
  it.each(CATALOGUE)("$name keeps the rules that those of users keep", (definition) => {
    const { type, name, help, unit, labels } = definition;
    const bare = name.replace(/^isoserve_/, "");
    expect(bare).not.toBe(name);
    checkName(name, type, bare);
    checkText(name, "help", help);
    checkUnit(name, name, unit);
    const own = ["application", "deployment"];
    checkLabels(
      name,
      labels.filter((label) => !own.includes(label)),
    );
  });

  it("have names of their own", () => {
    const names = CATALOGUE.map(shownName);
    expect(new Set(names).size).toBe(names.length);
  });

  it("are all in docs/metrics.md, as they are", () => {
    const rows = page.split("\n").filter((line) => line.startsWith("| `isoserve_"));
    expect(rows.map((row) => row.replaceAll(/ +/g, " ")).join("\n")).toBe(
      CATALOGUE.map(row).join("\n"),
    );
  });
});

function row(definition: Definition): string {
  const { type, labels, tagging, help } = definition;
  const tags = tagging === "replica" ? ["application", "deployment", "replica"] : [];
  const all = [...tags, ...labels].join(", ");
  return `| \`${shownName(definition)}\` | ${type} | ${all} | ${help} |`;
}
