import { type Command, Option } from "commander";
import type { AdminListenOptions } from "../admin-listener.ts";
import { port } from "./flag-values.ts";

/** Flags of a server's own admin API. */
export interface AdminFlags {
  readonly adminHost: string;
  readonly adminPort?: number;
  readonly adminToken?: string;
}

/** @param fallback the port where none is given; undefined for no admin API then */
export function withAdminOptions(command: Command, fallback: number | undefined): Command {
  const adminPort = new Option(
    "--admin-port <number>",
    "port of the admin API, 0 for any free one",
  );
  return command
    .addOption(
      fallback === undefined
        ? adminPort.argParser(port)
        : adminPort.argParser(port).default(fallback),
    )
    .option("--admin-host <address>", "address of the admin API", "127.0.0.1")
    .addOption(
      new Option(
        "--admin-token <token>",
        "what clients must send; any address but this machine's own needs one",
      ).env("ISOSERVE_TOKEN"),
    );
}

export function adminOf({
  adminHost: host,
  adminPort,
  adminToken: token,
}: AdminFlags): AdminListenOptions | undefined {
  return adminPort === undefined ? undefined : { host, port: adminPort, token };
}
