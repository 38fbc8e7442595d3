import { systemClock } from "../../src/clock.ts";
import { ServeError } from "../../src/errors.ts";
import { brokerPeers, type PortConnection } from "../../src/replica/broker.ts";
import { ControlClient } from "../../src/replica/control.ts";
import type { ServeHost } from "../../src/serve.ts";
import { holdLock, lockReleased } from "./locks.ts";
import { SESSION_REQUEST, type SessionControl, type SessionOffer } from "./session.ts";
import type { BrowserModule } from "./spawner.ts";

export interface BrowserListenOptions {
  /** URL of the Service Worker script, which calls `serveIngress()`. */
  serviceWorker: string | URL;
  /** URLs that it may answer: those under this path; the script's own folder by default. */
  scope?: string;
  /** How the script was built: `module` by default. */
  type?: WorkerType;
}

export interface BrowserListening {
  /** Takes the page's replicas back from the Service Worker. */
  close(): Promise<void>;
}

/**
 * Has a Service Worker answer the `fetch` calls of all pages in its scope, over ports straight to the replicas.
 * Resolves once this page's own calls go through it.
 *
 * @throws ServeError `NOT_SUPPORTED` where there are no Service Workers
 */
export async function listen(
  serve: ServeHost<BrowserModule, PortConnection>,
  { serviceWorker, scope, type = "module" }: BrowserListenOptions,
): Promise<BrowserListening> {
  const container = navigator.serviceWorker;
  if (!container) {
    throw new ServeError(
      "NOT_SUPPORTED",
      "listen: this page has no Service Workers; serve it over https or from localhost",
    );
  }
  const lock = `isoserve:page:${crypto.randomUUID()}`;
  await holdLock(lock);
  await container.register(serviceWorker, { type, ...(scope !== undefined && { scope }) });
  const { active } = await container.ready;
  const sessions = new Sessions(serve, lock);
  if (active) await sessions.offer(active);
  const onRequest = ({ data, source }: MessageEvent) => {
    if (data === SESSION_REQUEST && source instanceof ServiceWorker) void sessions.offer(source);
  };
  // A new version takes over with no memory of the old one's sessions.
  const onControl = () => {
    if (container.controller) void sessions.offer(container.controller);
  };
  container.addEventListener("message", onRequest);
  container.startMessages();
  await controlled(container);
  container.addEventListener("controllerchange", onControl);
  return {
    close: async () => {
      container.removeEventListener("message", onRequest);
      container.removeEventListener("controllerchange", onControl);
      await sessions.close();
    },
  };
}

interface Session {
  readonly control: ControlClient<SessionControl>;
  close(): void;
}

/** The page's offers: one for each Service Worker that asked, all kept up to date. */
class Sessions {
  readonly #serve: ServeHost<BrowserModule, PortConnection>;
  readonly #lock: string;
  readonly #open = new Set<Session>();
  #offers = 0;

  constructor(serve: ServeHost<BrowserModule, PortConnection>, lock: string) {
    this.#serve = serve;
    this.#lock = lock;
    serve.ingress.whenRouted((routes) => {
      for (const { control } of this.#open) void control.call("routes", [routes]);
    });
  }

  async offer(worker: ServiceWorker): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    const control = new ControlClient<SessionControl>(port1, new Promise(() => {}));
    // No replica, so it never asks to be ended.
    const terminate = () => {};
    const { replicaSets } = this.#serve.controller;
    this.#offers += 1;
    const caller = `${this.#lock}#${this.#offers}`;
    const broker = brokerPeers(caller, replicaSets, control, terminate, systemClock);
    const offer: SessionOffer = {
      isoserveSession: { lock: this.#lock, control: port2, host: broker.host },
    };
    worker.postMessage(offer, [port2, broker.host]);
    const session = { control, close: () => broker.close() };
    this.#open.add(session);
    await control.call("routes", [this.#serve.ingress.routes]);
    void this.#closeAfter(session);
  }

  /** A Service Worker that stops takes its session with it, and asks for a new offer when it is started again. */
  async #closeAfter(session: Session): Promise<void> {
    const lock = await session.control.call("lock", []);
    // One of an older version, which the browser still has, knows of no lock.
    if (typeof lock !== "string") return;
    await lockReleased(lock);
    if (this.#open.delete(session)) session.close();
  }

  async close(): Promise<void> {
    for (const { control, close } of this.#open) {
      void control.call("routes", [[]]);
      close();
    }
    this.#open.clear();
  }
}

/** `ready` is not enough: fetches go to the network until the Service Worker controls this page. */
function controlled(container: ServiceWorkerContainer): Promise<void> {
  if (container.controller) return Promise.resolve();
  return new Promise((resolve) => {
    container.addEventListener("controllerchange", () => resolve(), { once: true });
  });
}
