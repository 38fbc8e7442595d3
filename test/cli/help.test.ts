import { expect, it, vi } from "vitest";
import { isoserve } from "./command.ts";

vi.setConfig({ testTimeout: 20_000 });

const COMMANDS = [
  "run",
  "start",
  "deploy",
  "status",
  "config",
  "scale",
  "traffic",
  "delete",
  "shutdown",
  "build",
  "check",
  "schema",
];

it("names every command and exit code", async () => {
  const { code, stdout } = await isoserve("--help");
  for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, "m"));
  const exitCodes = /Exit codes:\n([\s\S]*)/.exec(stdout)?.[1] ?? "";
  expect([...exitCodes.matchAll(/^ +(\d+) /gm)].map(([, number]) => number)).toEqual([
    "0",
    "1",
    "2",
    "3",
    "130",
  ]);
  expect(code).toBe(0);
});

it.each(COMMANDS)("explains %s with examples that name it", async (command) => {
  const { code, stdout } = await isoserve(command, "--help");
  const shown = /\nExamples:\n([\s\S]*)/.exec(stdout)?.[1] ?? "";
  expect(shown.split("\n")[0]).toMatch(new RegExp(`^ {2}isoserve ${command}`));
  expect(code).toBe(0);
});
