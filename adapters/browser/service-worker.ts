/// <reference lib="webworker" />
import { Caller } from "../../src/caller.ts";
import { createIngress, type Ingress, knownOf } from "../../src/http/ingress.ts";
import { matchRoute, type Route } from "../../src/http/route-prefix.ts";
import { holdNothing, ServeError, systemClock } from "../../src/index.ts";
import { serveControl } from "../../src/replica/control.ts";
import { PeerDirectory } from "../../src/replica/peer-directory.ts";
import { noRouters } from "../../src/router/limits.ts";
import { Registry } from "../../src/telemetry/registry.ts";
import { Aborts, isAbortMessage } from "./aborts.ts";
import { defer } from "./defer.ts";
import { holdLock, lockReleased } from "./locks.ts";
import {
  isSessionOffer,
  SESSION_REQUEST,
  type SessionControl,
  type SessionOffer,
} from "./session.ts";

declare const self: ServiceWorkerGlobalScope;

export interface ServeIngressOptions {
  /**
   * Which requests applications may answer. By default what pages ask for by `fetch` and forms of their own: not
   * navigations, scripts, styles, images and the like, which are files of the site.
   */
  accepts?: (request: Request) => boolean;
  /** What answers the others, and those that no application serves; by default the network. */
  otherwise?: (request: Request) => Promise<Response>;
}

/** How long pages may take to offer their replicas to a Service Worker that has just started. */
const OFFER_MS = 2_000;

/** Makes this Service Worker the ingress of the applications that pages run. Call it once, at the top of the script. */
export function serveIngress(options: ServeIngressOptions = {}): void {
  const { accepts = (request) => request.destination === "", otherwise } = options;
  const sessions = new Sessions();
  const aborts = new Aborts();
  self.addEventListener("install", () => void self.skipWaiting());
  self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
  self.addEventListener("message", (event) => {
    if (isAbortMessage(event.data)) return aborts.abort(event.data);
    if (!isSessionOffer(event.data)) return;
    sessions.open(event.data);
    // A page that was loaded past the Service Worker, by a hard reload, waits for it in vain otherwise.
    event.waitUntil(self.clients.claim());
  });
  self.addEventListener("fetch", (event) => {
    const { request } = event;
    const ours = new URL(request.url).origin === self.location.origin && accepts(request);
    if (ours) event.respondWith(answer(sessions, aborts, request, otherwise ?? fetch));
    else if (otherwise) event.respondWith(otherwise(request));
  });
}

async function answer(
  sessions: Sessions,
  aborts: Aborts,
  request: Request,
  otherwise: (request: Request) => Promise<Response>,
): Promise<Response> {
  const path = new URL(request.url).pathname;
  const session = await sessions.find(path);
  return session ? abortable(session.ingress, aborts, request) : otherwise(request);
}

/** The request's own signal tells of nothing before its answer has begun, and what reads the answer tells from then on. */
async function abortable(ingress: Ingress, aborts: Aborts, request: Request): Promise<Response> {
  const known = knownOf(request);
  const requestId = request.headers.get("x-request-id");
  if (requestId === null) return ingress.fetch(request, known);
  const aborted = new AbortController();
  const end = aborts.listen(requestId, () =>
    aborted.abort(new DOMException("the page aborted its request", "AbortError")),
  );
  const whenGone = (listener: (reason: unknown) => void) => {
    known.whenGone(listener);
    whenAborted(aborted.signal, listener);
  };
  try {
    return await ingress.fetch(request, { ...known, whenGone });
  } finally {
    end();
  }
}

function whenAborted(signal: AbortSignal, listener: (reason: unknown) => void): void {
  if (signal.aborted) listener(signal.reason);
  else signal.addEventListener("abort", () => listener(signal.reason), { once: true });
}

interface Session {
  readonly ingress: Ingress;
  routes: readonly Route[];
}

/** The pages that offer replicas, the newest first. */
class Sessions {
  readonly #life = ownLock();
  #open: Session[] = [];
  #changed: (() => void)[] = [];

  open({ isoserveSession: { lock, control, host } }: SessionOffer): void {
    const peers: PeerDirectory = new PeerDirectory(
      host,
      defer,
      systemClock,
      (key) => caller.handle(key),
      noRouters,
    );
    const registry = new Registry();
    const caller = new Caller(peers, { clock: systemClock, hold: holdNothing }, registry);
    // What it counts itself; the page has the rest.
    const counted = { registry, snapshot: async () => registry.snapshot() };
    const session: Session = { ingress: createIngress(caller, {}, counted), routes: [] };
    const api: SessionControl = {
      peers: (key, change) => peers.apply(key, change),
      routes: (routes) => {
        session.routes = routes;
        session.ingress.route(routes);
        for (const look of this.#changed.splice(0)) look();
      },
      lock: () => this.#life,
    };
    serveControl(api, control);
    this.#open.unshift(session);
    lockReleased(lock).then(() => {
      this.#open = this.#open.filter((other) => other !== session);
      peers.close("its page was closed");
      caller.close(new ServeError("UNAVAILABLE", "the page that ran the application was closed"));
    });
  }

  /** The session that serves a path; a Service Worker with none asks the pages first. */
  async find(path: string): Promise<Session | undefined> {
    const known = this.#serving(path);
    if (known || this.#open.length > 0) return known;
    const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const offered = new Promise<void>((resolve) => this.#changed.push(resolve));
    for (const page of pages) page.postMessage(SESSION_REQUEST);
    await Promise.race([offered, new Promise((resolve) => setTimeout(resolve, OFFER_MS))]);
    return this.#serving(path);
  }

  #serving(path: string): Session | undefined {
    const own = path.startsWith("/-/");
    return this.#open.find(({ routes }) =>
      own ? routes.length > 0 : matchRoute(routes, path) !== undefined,
    );
  }
}

/** Tells pages when this Service Worker ends, which the browser does whenever it likes. */
async function ownLock(): Promise<string> {
  const lock = `isoserve:service-worker:${crypto.randomUUID()}`;
  await holdLock(lock);
  return lock;
}
