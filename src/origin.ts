/** A place in a trace. The fields are those of https://www.w3.org/TR/trace-context/. */
export interface TracePlace {
  readonly traceparent: string | undefined;
  /** There is none without a `traceparent`. */
  readonly tracestate: string | undefined;
}

/** What a call has from what led to it, however many calls lie between. */
export interface Origin extends TracePlace {
  /** The prefix of the route that the HTTP request took; undefined where there was none. */
  readonly route: string | undefined;
}
