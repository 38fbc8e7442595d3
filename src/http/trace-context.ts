import type { TracePlace } from "../origin.ts";
import type { HeaderList } from "./message.ts";

const NO_TRACE: TracePlace = { traceparent: undefined, tracestate: undefined };

const IDS = "(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}";
// There is no version ff, and only later ones than 00 may have more fields.
const TRACEPARENT = new RegExp(`^(?:00-${IDS}$|(?!00|ff)[0-9a-f]{2}-${IDS}(?:$|-))`);

/**
 * The trace that a request belongs to. One that is malformed, or that comes twice, is none (W3C Trace Context, 3.2),
 * and takes its `tracestate` with it; whoever traces starts a new one.
 */
export function traceContextOf(headers: HeaderList): TracePlace {
  let traceparent: string | undefined;
  let tracestate: string | undefined;
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] as string;
    if (!name.startsWith("trace")) continue;
    const value = headers[at + 1] as string;
    if (name === "traceparent") {
      if (traceparent !== undefined) return NO_TRACE;
      traceparent = value;
    }
    // A list that may come in parts, whose order counts.
    if (name === "tracestate") tracestate = tracestate ? `${tracestate},${value}` : value;
  }
  if (traceparent === undefined || !TRACEPARENT.test(traceparent)) return NO_TRACE;
  return { traceparent, tracestate };
}
