import { Command } from "commander";
import { examples } from "./examples.ts";
import { clientOf, type ServerFlags, withServerOptions } from "./server-options.ts";

const EXAMPLES = examples(
  ["isoserve shutdown", ""],
  ["isoserve shutdown --address http://127.0.0.1:9265", "another server of this machine"],
);

/** `isoserve shutdown`. */
export function shutdownCommand(): Command {
  const command = new Command("shutdown")
    .summary("end a server")
    .description(
      "Ends a server as Ctrl-C does: it takes no new requests, finishes those it has, and exits. A server with --state starts with the same applications the next time.",
    );
  return withServerOptions(command).addHelpText("after", EXAMPLES).action(shutdown);
}

async function shutdown(flags: ServerFlags): Promise<void> {
  const client = clientOf(flags);
  await client.shutdown();
  console.log(`isoserve: ${client.address} finishes its requests and exits`);
}
