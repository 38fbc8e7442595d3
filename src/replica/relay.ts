import { transferList } from "../transfer.ts";
import { Incoming, WINDOW } from "./incoming.ts";
import type { Source } from "./iteration.ts";
import { itemRefused, Outgoing } from "./outgoing.ts";

/**
 * Streams within one thread as over a channel: items are cloned, and up to a window of them runs ahead of the
 * reader, so that a short body that nobody reads ends all the same.
 *
 * @param sent called once when the source has ended, failed or was left
 * @param read called once when the reader has no more to wait for, with what the source failed with
 */
export function relay(
  source: Source,
  sent: () => void,
  read: (failure: unknown) => void,
): Incoming {
  const upstream = {
    pull: (credit: number) => outgoing.grant(credit),
    stop: (reason: unknown) => outgoing.stop(reason),
  };
  const incoming = new Incoming(upstream, read);
  const sink = {
    item: (value: unknown) => {
      try {
        incoming.push(cloneOf(value));
      } catch (error) {
        incoming.fail(itemRefused(error));
        outgoing.stop(error);
      }
    },
    end: () => incoming.end(),
    fail: (error: unknown) => incoming.fail(error),
  };
  const outgoing = new Outgoing(source, sink, sent);
  outgoing.grant(WINDOW);
  return incoming;
}

/** What a value is on the other side of a boundary. @throws DataCloneError */
export function cloneOf<T>(value: T): T {
  if (typeof value !== "object" || value === null) {
    if (typeof value === "function" || typeof value === "symbol") structuredClone(value);
    return value;
  }
  const moved = transferList(value);
  return structuredClone(value, moved && { transfer: moved });
}
