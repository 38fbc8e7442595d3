/**
 * What a call has from the HTTP request that led to it, however many calls lie between. The fields of its trace are
 * those of https://www.w3.org/TR/trace-context/.
 */
export interface Origin {
  /** The prefix of the route that the request took. */
  readonly route: string;
  readonly traceparent: string | undefined;
  /** There is none without a `traceparent`. */
  readonly tracestate: string | undefined;
}
