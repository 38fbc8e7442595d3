import { type Command, InvalidArgumentError, Option } from "commander";
import { type AdminClient, createAdminClient } from "./admin-client.ts";

/** Flags of each command that talks to a server. */
export interface ServerFlags {
  readonly address: string;
  readonly token?: string;
}

export function withServerOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--address <url>", "admin API of the server")
        .env("ISOSERVE_ADDRESS")
        .default("http://127.0.0.1:8265")
        .argParser(address),
    )
    .addOption(new Option("--token <token>", "what the admin API wants").env("ISOSERVE_TOKEN"));
}

export function clientOf({ address, token }: ServerFlags): AdminClient {
  return createAdminClient(address, token);
}

function address(value: string): string {
  const url = value.includes("://") ? value : `http://${value}`;
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new InvalidArgumentError("An address is a URL, such as http://127.0.0.1:8265.");
  }
  return new URL(url).origin;
}
