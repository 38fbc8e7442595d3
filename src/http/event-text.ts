/** One event of a stream of server-sent events, or a comment, which clients skip. */
export interface ServerSentEvent {
  /** A string as it is, over several lines too; anything else as JSON. Without it clients see no event. */
  data?: unknown;
  /** Its type, `message` for clients where there is none. */
  event?: string;
  /** What a client says in `last-event-id` when it connects again. */
  id?: string;
  /** Milliseconds until a client that was cut off connects again. */
  retryMs?: number;
  comment?: string;
}

const LINE_BREAK = /\r\n|\r|\n/;

/**
 * The text of an event, by section 9.2.5 of the HTML standard.
 *
 * @throws RangeError for a field that can't hold what it was given
 */
export function eventText(given: ServerSentEvent | string): string {
  const { comment, event, id, retryMs, data }: ServerSentEvent =
    typeof given === "string" ? { data: given } : given;
  let text = comment === undefined ? "" : lines("", comment);
  if (event !== undefined) text += `event: ${oneLine("event", event)}\n`;
  if (id !== undefined) text += `id: ${oneLine("id", id)}\n`;
  if (retryMs !== undefined) text += `retry: ${wholeNumber(retryMs)}\n`;
  if (data !== undefined) text += lines("data", typeof data === "string" ? data : json(data));
  return `${text}\n`;
}

function lines(field: string, text: string): string {
  return text
    .split(LINE_BREAK)
    .map((line) => `${field}: ${line}\n`)
    .join("");
}

function oneLine(field: string, text: string): string {
  // Clients ignore an id with NUL in it.
  if (!LINE_BREAK.test(text) && !text.includes("\0")) return text;
  throw new RangeError(
    `sse: an event's ${field} must be one line without NUL, got ${JSON.stringify(text)}`,
  );
}

function wholeNumber(milliseconds: number): number {
  if (Number.isInteger(milliseconds) && milliseconds >= 0) return milliseconds;
  throw new RangeError(
    `sse: an event's retryMs must be a whole number of milliseconds, got ${String(milliseconds)}`,
  );
}

function json(data: unknown): string {
  const text = JSON.stringify(data);
  if (text !== undefined) return text;
  throw new RangeError(`sse: an event's data must be text or JSON, got ${typeof data}`);
}
