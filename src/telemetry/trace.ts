import type { TracePlace } from "../origin.ts";

export type SpanKind = "server" | "client" | "internal";

export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** What a span begins with. */
export interface SpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  /** Undefined for the first span of a trace. */
  readonly parent: TracePlace | undefined;
  readonly attributes: SpanAttributes;
  /** Spans that it has to do with, besides its parent. */
  readonly links: readonly TracePlace[];
}

/** A span that has begun, and must be ended. */
export interface Span {
  /** What is handed on, for spans elsewhere to be below this one. */
  readonly place: TracePlace;
  /** Runs code whose own spans are below this one, as far as the platform can tell. */
  run<R>(fn: () => R): R;
  set(attributes: SpanAttributes): void;
  fail(error: unknown): void;
  /** Only the first call counts. */
  end(): void;
}

/**
 * What makes spans.
 *
 * Failure contract: nothing of it throws but what `run` is given to run.
 */
export interface Tracer {
  begin(start: SpanStart): Span;
  /** The span that the code that runs has made itself; undefined for none. */
  active(): TracePlace | undefined;
}

let registered: Tracer | undefined;

/** From now on spans are made; undefined for none. One for each thread, as OpenTelemetry has it. */
export function traceBy(tracer: Tracer | undefined): void {
  registered = tracer;
}

/** Undefined, mostly: then nothing is to be done. */
export function tracer(): Tracer | undefined {
  return registered;
}
