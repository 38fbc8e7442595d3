import type { ChannelServer } from "./channel-server.ts";

/** A replica's ends of its call channels, by caller. */
export class ChannelServers {
  readonly #open = new Map<string, ChannelServer[]>();

  add(caller: string, server: ChannelServer): void {
    this.#open.set(caller, [...(this.#open.get(caller) ?? []), server]);
  }

  callerGone(caller: string): void {
    for (const server of this.#open.get(caller) ?? []) server.close(`${caller} has ended`);
    this.#open.delete(caller);
  }

  /** Resolves when every caller has all its answers, or is gone. */
  async goodbye(): Promise<void> {
    await Promise.all([...this.#open.values()].flat().map((server) => server.goodbye()));
  }
}
