import { Command } from "commander";
import { checkCode } from "../../../src/config/check-code.ts";
import { nodeLoader } from "../app-loader.ts";
import { readConfigFile, refuseLines } from "../config/config-file.ts";
import { examples } from "./examples.ts";
import { EXIT } from "./exit-codes.ts";
import { exitWhenWritten } from "./exit-when-written.ts";

const EXAMPLES = examples(["isoserve check serve.yaml", "says nothing on stderr when it is right"]);

/** `isoserve check`. */
export function checkCommand(): Command {
  return new Command("check")
    .summary("find what is wrong with a configuration")
    .description(
      "Checks a configuration against its schema and against the code that it names, which is imported but not started. Needs no server. Every problem is a line with its place: file:line:column.",
    )
    .argument("<file>", "the configuration, YAML or JSON")
    .addHelpText("after", EXAMPLES)
    .action(check);
}

async function check(path: string): Promise<void> {
  const { config, locate } = await readConfigFile(path);
  refuseLines(locate(await checkCode(config, nodeLoader())));
  const { length } = config.applications;
  console.log(
    `isoserve: ${path} is right (${length} ${length === 1 ? "application" : "applications"})`,
  );
  exitWhenWritten(EXIT.done);
}
