import { Command } from "commander";
import { configJsonSchema } from "../../../src/config/json-schema.ts";
import { examples } from "./examples.ts";

const EXAMPLES = `${examples(["isoserve schema > isoserve.schema.json", ""])}

Then the first line of a YAML file tells editors of it:
  # yaml-language-server: $schema=./isoserve.schema.json
and in JSON the field "$schema": "./isoserve.schema.json".`;

/** `isoserve schema`. */
export function schemaCommand(): Command {
  return new Command("schema")
    .summary("print the JSON Schema of configurations")
    .description(
      "Prints the JSON Schema of configurations, with which editors complete, check and explain them.",
    )
    .addHelpText("after", EXAMPLES)
    .action(() => console.log(JSON.stringify(configJsonSchema(), null, 2)));
}
