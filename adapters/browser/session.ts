import type { Route } from "../../src/http/route-prefix.ts";
import type { ReplicaControl } from "../../src/replica/control.ts";

/** A page offers a Service Worker its replicas. */
export interface SessionOffer {
  readonly isoserveSession: {
    /** A lock that the page holds while it lives. */
    readonly lock: string;
    /** On it the Service Worker takes news: `SessionControl`. */
    readonly control: MessagePort;
    /** On it the Service Worker asks the page: `HostControl`. */
    readonly host: MessagePort;
  };
}

/** A Service Worker that lost its memory asks all pages for their offers. */
export const SESSION_REQUEST = "isoserve:session-request";

/** What a page tells its Service Worker. */
export interface SessionControl extends Pick<ReplicaControl, "peers"> {
  routes(routes: readonly Route[]): void;
  /** The lock that the Service Worker holds while it lives. */
  lock(): Promise<string>;
}

export function isSessionOffer(data: unknown): data is SessionOffer {
  return typeof data === "object" && data !== null && "isoserveSession" in data;
}
