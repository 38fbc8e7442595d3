import { describe, expect, it } from "vitest";
import type { LogLine } from "../../src/index.ts";
import { jsonLine, textLine } from "../../src/telemetry/log-format.ts";
import { loggedError } from "../../src/telemetry/log-line.ts";

const line = (change: Partial<LogLine> = {}): LogLine => ({
  time: Date.UTC(2026, 10, 20, 9, 30),
  level: "info",
  message: "hello",
  fields: {},
  ...change,
});
const whole = line({
  application: "digits",
  deployment: "Api",
  replica: "digits/Api#1",
  requestId: "r-1",
  fields: { words: 3, text: "two words", list: [1] },
});
const circle: { self?: unknown } = {};
circle.self = circle;

describe("a line as text", () => {
  const head = "2026-11-20T09:30:00.000Z INFO ";
  it.each<[string, LogLine, string]>([
    ["of the server", line(), `${head} isoserve hello`],
    ["of an application", line({ application: "a" }), `${head} a hello`],
    ["of a deployment", line({ application: "a", deployment: "D" }), `${head} a/D hello`],
    ["of a call", whole, `${head} digits/Api#1 [r-1] hello words=3 text="two words" list=[1]`],
    [
      "with a text of its own",
      { ...whole, text: "GET / 200" },
      `${head} digits/Api#1 [r-1] GET / 200`,
    ],
    [
      "with what is no JSON",
      line({ fields: { circle, n: 1n } }),
      `${head} isoserve hello circle="[object Object]" n="1"`,
    ],
  ])("%s", (_what, given, text) => {
    expect(textLine(given)).toBe(text);
  });

  it("has the stacks of errors, and of their causes, below it", () => {
    const error = new Error("broken", { cause: new TypeError("deeper") });
    const text = textLine(line({ level: "error", fields: { error: loggedError(error), n: 1 } }));
    const [first, ...stacks] = text.split("\n");
    expect(first).toBe("2026-11-20T09:30:00.000Z ERROR isoserve hello n=1");
    expect(stacks[0]).toBe("Error: broken");
    expect(stacks).toContain("  [cause] TypeError: deeper");
  });

  it("has its level painted", () => {
    expect(textLine(line(), (level, word) => `<${level} ${word}>`)).toContain("<info INFO >");
  });
});

describe("a line as JSON", () => {
  it("is flat, and says first what all lines say", () => {
    expect(jsonLine(whole)).toBe(
      '{"level":"info","time":"2026-11-20T09:30:00.000Z","application":"digits","deployment":"Api","replica":"digits/Api#1","requestId":"r-1","words":3,"text":"two words","list":[1],"message":"hello"}',
    );
  });

  it("keeps what it says of itself", () => {
    const fields = { level: "off", time: 0, message: "other", replica: "x", requestId: "y" };
    expect(JSON.parse(jsonLine({ ...whole, fields }))).toEqual({
      level: "info",
      time: "2026-11-20T09:30:00.000Z",
      application: "digits",
      deployment: "Api",
      replica: "digits/Api#1",
      requestId: "r-1",
      message: "hello",
    });
  });

  it("is written whatever its fields are", () => {
    const fields = JSON.parse(jsonLine(line({ fields: { circle, n: 1n, fine: 2 } })));
    expect(fields).toMatchObject({ circle: "[object Object]", n: "1", fine: 2 });
  });
});

describe("an error in a log", () => {
  it("has a code, but no other field of its own: it may be a secret", () => {
    const error = Object.assign(new Error("refused"), {
      code: "EREFUSED",
      headers: { authorization: "Bearer secret" },
    });
    const logged = loggedError(error);
    expect(logged).toEqual({
      name: "Error",
      message: "refused",
      code: "EREFUSED",
      stack: expect.any(String),
    });
  });

  it("may be no error", () => {
    expect(loggedError("text")).toEqual({ name: "string", message: "text" });
  });

  it("may be its own cause", () => {
    const error = new Error("round");
    error.cause = error;
    expect(JSON.stringify(loggedError(error)).match(/"round"/g)?.length).toBeLessThan(12);
  });
});
