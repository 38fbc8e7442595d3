import type { AbortMessage } from "./aborts.ts";

/**
 * `fetch`, but that an abort reaches the replica while it has not answered yet: browsers tell a Service Worker of
 * aborts only once the answer has begun. What no Service Worker answers is fetched as ever.
 */
export async function cancellableFetch(
  input: RequestInfo | URL,
  init?: RequestInit,
): Promise<Response> {
  const request = new Request(input, init);
  const { serviceWorker } = navigator;
  const ours = new URL(request.url).origin === location.origin;
  if (!ours || !serviceWorker?.controller) return fetch(request);
  const requestId = request.headers.get("x-request-id") ?? crypto.randomUUID();
  request.headers.set("x-request-id", requestId);
  const message: AbortMessage = { isoserveAbort: requestId };
  const tell = () => serviceWorker.controller?.postMessage(message);
  request.signal.addEventListener("abort", tell, { once: true });
  try {
    return await fetch(request);
  } finally {
    request.signal.removeEventListener("abort", tell);
  }
}
