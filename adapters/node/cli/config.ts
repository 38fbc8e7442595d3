import { Command } from "commander";
import { stringify } from "yaml";
import { examples } from "./examples.ts";
import { clientOf, type ServerFlags, withServerOptions } from "./server-options.ts";

interface ConfigFlags extends ServerFlags {
  readonly json?: boolean;
}

const EXAMPLES = examples(
  ["isoserve config > serve.yaml", "keep what is declared now"],
  ["isoserve config --json", ""],
);

/** `isoserve config`. */
export function configCommand(): Command {
  const command = new Command("config")
    .summary("print the configuration that a server has")
    .description(
      "Prints what is declared to run on a server, as isoserve deploy takes it: the newest configuration with what isoserve scale and delete changed since. Applications started by code are not in it.",
    )
    .option("--json", "as JSON instead of YAML");
  return withServerOptions(command).addHelpText("after", EXAMPLES).action(config);
}

async function config({ json, ...server }: ConfigFlags): Promise<void> {
  const declared = await clientOf(server).config();
  process.stdout.write(json ? `${JSON.stringify(declared, null, 2)}\n` : stringify(declared));
}
