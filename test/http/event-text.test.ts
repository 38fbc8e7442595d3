import { describe, expect, it } from "vitest";
import { eventText, type ServerSentEvent } from "../../src/http/event-text.ts";
import { sse } from "../../src/index.ts";

describe("eventText", () => {
  it.each<[string, ServerSentEvent | string, string]>([
    ["a string", "one", "data: one\n\n"],
    ["lines of any kind", "a\rb\r\nc\n", "data: a\ndata: b\ndata: c\ndata: \n\n"],
    ["a leading space, which clients take one of", " x", "data:  x\n\n"],
    ["null", { data: null }, "data: null\n\n"],
    ["an empty id, which clients forget theirs by", { id: "", data: 1 }, "id: \ndata: 1\n\n"],
    ["a comment of two lines", { comment: "a\nb" }, ": a\n: b\n\n"],
    ["nothing", {}, "\n"],
  ])("writes %s", (_, event, text) => {
    expect(eventText(event)).toBe(text);
  });

  it.each<[ServerSentEvent, string]>([
    [{ event: "a\nb" }, 'an event\'s event must be one line without NUL, got "a\\nb"'],
    [{ id: "a\rb" }, "an event's id must be one line without NUL"],
    [{ id: "a\0b" }, "an event's id must be one line without NUL"],
    [{ retryMs: 1.5 }, "an event's retryMs must be a whole number of milliseconds, got 1.5"],
    [{ retryMs: -1 }, "an event's retryMs must be a whole number of milliseconds, got -1"],
    [{ data: () => {} }, "an event's data must be text or JSON, got function"],
  ])("refuses %j", (event, message) => {
    expect(() => eventText(event)).toThrow(`sse: ${message}`);
  });
});

describe("sse", () => {
  it("leaves the generator of an event that can't be written", async () => {
    let left = false;
    async function* events(): AsyncGenerator<ServerSentEvent> {
      try {
        yield { data: "one" };
        yield { id: "two\nlines" };
      } finally {
        left = true;
      }
    }
    await expect(sse(events()).text()).rejects.toThrow("id must be one line");
    expect(left).toBe(true);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    "refuses heartbeatMs %s",
    (heartbeatMs) => {
      expect(() => sse((function* () {})(), { heartbeatMs })).toThrow(
        `sse: option heartbeatMs must be a number of milliseconds over 0, got ${heartbeatMs}`,
      );
    },
  );
});
