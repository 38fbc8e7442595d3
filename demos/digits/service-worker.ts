/// <reference lib="webworker" />
import { serveIngress } from "isoserve/service-worker";

declare const self: ServiceWorkerGlobalScope;

/** The files of this build, put here by vite.config.ts. */
declare const __SITE__: { readonly version: string; readonly files: readonly string[] };

const { version, files } = __SITE__;
const CACHE = `digits-${version}`;

// Before anything else answers: once this has ended the site needs no network.
self.addEventListener("install", (event) => {
  event.waitUntil(keep());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(deleteOthers());
});

async function keep(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(files.map((file) => new Request(file, { cache: "no-cache" })));
}

async function deleteOthers(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name !== CACHE);
  await Promise.all(others.map((name) => caches.delete(name)));
}

async function fromCache(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const file = request.mode === "navigate" ? "/" : request;
  return (await cache.match(file, { ignoreVary: true })) ?? fetch(request);
}

serveIngress({
  accepts: ({ url }) => new URL(url).pathname === "/predict",
  otherwise: fromCache,
});
