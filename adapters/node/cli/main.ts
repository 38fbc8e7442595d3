import { readFile } from "node:fs/promises";
import { Command, CommanderError } from "commander";
import { buildCommand } from "./build.ts";
import { checkCommand } from "./check.ts";
import { configCommand } from "./config.ts";
import { deleteCommand } from "./delete.ts";
import { deployCommand } from "./deploy.ts";
import { EXIT_CODES_HELP, exitCodeOf } from "./exit-codes.ts";
import { printFailure } from "./print-failure.ts";
import { runCommand } from "./run.ts";
import { scaleCommand } from "./scale.ts";
import { schemaCommand } from "./schema.ts";
import { shutdownCommand } from "./shutdown.ts";
import { startCommand } from "./start.ts";
import { statusCommand } from "./status.ts";
import { trafficCommand } from "./traffic.ts";

const COMMANDS: Readonly<Record<string, readonly Command[]>> = {
  "Serve:": [runCommand(), startCommand()],
  "Ask a server:": [
    deployCommand(),
    statusCommand(),
    configCommand(),
    scaleCommand(),
    trafficCommand(),
    deleteCommand(),
    shutdownCommand(),
  ],
  "Write configurations:": [buildCommand(), checkCommand(), schemaCommand()],
};

/** Runs the command line. Every failure is told in lines on stderr, without stacks, and by the exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command("isoserve")
    .description("Serves models and the code around them from TypeScript app modules.")
    .version(await version())
    .showHelpAfterError("(isoserve --help tells more)")
    .addHelpText("after", EXIT_CODES_HELP)
    .helpCommand(false)
    .exitOverride();
  for (const [group, commands] of Object.entries(COMMANDS)) {
    program.commandsGroup(group);
    for (const command of commands) program.addCommand(command.copyInheritedSettings(program));
  }
  endWithReader();
  try {
    await program.parseAsync(argv);
  } catch (error) {
    // Commander has printed its own.
    if (!(error instanceof CommanderError)) printFailure(error);
    process.exit(exitCodeOf(error));
  }
}

/** `isoserve status | head -1` is no failure. */
function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
}

async function version(): Promise<string> {
  const manifest = await readFile(new URL("../../../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
