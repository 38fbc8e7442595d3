import {
  type Attributes,
  context,
  createTraceState,
  isSpanContextValid,
  type Link,
  type Span as OtelSpan,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import type { TracePlace } from "../origin.ts";
import { errorType } from "./spans.ts";
import { type Span, type SpanAttributes, type SpanStart, type Tracer, traceBy } from "./trace.ts";

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  internal: SpanKind.INTERNAL,
} as const;

/**
 * Has this thread make spans: of requests, calls, their waits, batches and the code of deployments. Each thread needs a
 * call of its own, so call it in the app module, which the server and its replicas all evaluate.
 *
 * @param provider by default the one that is registered with OpenTelemetry's API, now or later
 * @returns what ends it
 * @example
 * exportTraces(new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] }));
 */
export function exportTraces(provider: TracerProvider = trace.getTracerProvider()): () => void {
  const tracer = tracerOf(provider);
  traceBy(tracer);
  return () => traceBy(undefined);
}

function tracerOf(provider: TracerProvider): Tracer {
  const otel = provider.getTracer("isoserve");
  return {
    begin: (start) => {
      const { name, kind, attributes, parent } = start;
      const here = context.active();
      const around =
        parent?.traceparent === undefined ? here : trace.setSpanContext(here, contextOf(parent));
      const options = {
        kind: KINDS[kind],
        attributes: defined(attributes),
        links: linksOf(start),
      };
      return new OpenTelemetrySpan(otel.startSpan(name, options, around), parent);
    },
    active: () => {
      const span = trace.getActiveSpan();
      return span && placeOf(span.spanContext(), undefined);
    },
  };
}

class OpenTelemetrySpan implements Span {
  readonly place: TracePlace;
  readonly #span: OtelSpan;

  constructor(span: OtelSpan, parent: TracePlace | undefined) {
    this.#span = span;
    this.place = placeOf(span.spanContext(), parent);
  }

  run<R>(fn: () => R): R {
    return context.with(trace.setSpan(context.active(), this.#span), fn);
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes(defined(attributes));
  }

  fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#span.setAttribute("error.type", errorType(error));
    this.#span.recordException(error instanceof Error ? error : message);
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message });
  }

  end(): void {
    if (this.#span.isRecording()) this.#span.end();
  }
}

/** @param otherwise where no SDK makes real spans the place stays what it was */
function placeOf(spanContext: SpanContext, otherwise: TracePlace | undefined): TracePlace {
  if (!isSpanContextValid(spanContext)) return otherwise ?? NOWHERE;
  const { traceId, spanId, traceFlags, traceState } = spanContext;
  const flags = traceFlags.toString(16).padStart(2, "0");
  const state = traceState?.serialize();
  return {
    traceparent: `00-${traceId}-${spanId}-${flags}`,
    tracestate: state === "" ? undefined : state,
  };
}

const NOWHERE: TracePlace = { traceparent: undefined, tracestate: undefined };

function contextOf({ traceparent = "", tracestate }: TracePlace): SpanContext {
  const [, traceId = "", spanId = "", flags = "00"] = traceparent.split("-");
  return {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
    ...(tracestate !== undefined && { traceState: createTraceState(tracestate) }),
  };
}

function linksOf({ links }: SpanStart): Link[] {
  const placed = links.filter(({ traceparent }) => traceparent !== undefined);
  return placed.map((place) => ({ context: contextOf(place) }));
}

function defined(attributes: SpanAttributes): Attributes {
  return attributes as Attributes;
}
