import { Command } from "commander";
import { examples } from "./examples.ts";
import { clientOf, type ServerFlags, withServerOptions } from "./server-options.ts";

const EXAMPLES = examples(["isoserve delete digits", "the other applications stay"]);

/** `isoserve delete`. */
export function deleteCommand(): Command {
  const command = new Command("delete")
    .summary("delete an application from a server")
    .description(
      "Deletes one application: it takes no new requests, finishes those it has, and is gone.",
    )
    .argument("<app>", "the application's name");
  return withServerOptions(command).addHelpText("after", EXAMPLES).action(remove);
}

async function remove(application: string, flags: ServerFlags): Promise<void> {
  await clientOf(flags).delete(application);
  console.log(`isoserve: ${application} finishes its requests and is deleted`);
}
