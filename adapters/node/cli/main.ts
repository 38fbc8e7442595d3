import { readFile } from "node:fs/promises";
import { Command, CommanderError } from "commander";
import { messageOf } from "../../../src/errors.ts";
import { runCommand } from "./run.ts";

/** Runs the command line. Every failure is one line on stderr and exit code 1. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command("isoserve")
    .description("Serves models from one TypeScript app module.")
    .version(await version())
    .showHelpAfterError("(isoserve --help tells more)")
    .addHelpText("after", "\nExit codes: 0 done, 1 it failed, 130 ended by a second Ctrl-C")
    .exitOverride()
    .addCommand(runCommand());
  for (const command of program.commands) command.exitOverride();
  try {
    await program.parseAsync(argv);
  } catch (error) {
    // Commander has printed its own.
    if (error instanceof CommanderError) process.exit(error.exitCode);
    console.error(`isoserve: ${messageOf(error)}`);
    process.exit(1);
  }
}

async function version(): Promise<string> {
  const manifest = await readFile(new URL("../../../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
