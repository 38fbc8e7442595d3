import type { CallContext } from "../context.ts";
import { toResponse, withHeader } from "../http/answer.ts";

/** The request that user code sees aborts with the call: a signal of its own would cost each request 4 µs. */
export function showCancellation(request: unknown, context: CallContext): void {
  if (request instanceof Request) {
    Object.defineProperty(request, "signal", { get: () => context.signal, configurable: true });
  }
}

export function respond(result: unknown, requestId: string): Response {
  return withHeader(toResponse(result), "x-request-id", requestId);
}
