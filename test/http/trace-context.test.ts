import { describe, expect, it } from "vitest";
import { traceContextOf } from "../../src/http/trace-context.ts";

const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const parent = "00f067aa0ba902b7";
const of = (traceparent: string) => traceContextOf(["traceparent", traceparent]).traceparent;

describe("traceContextOf", () => {
  it.each([
    ["sampled", `00-${trace}-${parent}-01`],
    ["not sampled", `00-${trace}-${parent}-00`],
    ["flags of later levels", `00-${trace}-${parent}-ff`],
    ["a later version", `01-${trace}-${parent}-01`],
    ["a later version with more fields", `cc-${trace}-${parent}-01-what-comes-later`],
  ])("passes on what is valid: %s", (_name, traceparent) => {
    expect(of(traceparent)).toBe(traceparent);
  });

  it.each([
    ["empty", ""],
    ["version ff", `ff-${trace}-${parent}-01`],
    ["upper case", `00-${trace.toUpperCase()}-${parent}-01`],
    ["a trace of zeros", `00-${"0".repeat(32)}-${parent}-01`],
    ["a parent of zeros", `00-${trace}-${"0".repeat(16)}-01`],
    ["too short", `00-${trace}-${parent}`],
    ["a short trace", `00-${trace.slice(1)}-${parent}-01`],
    ["more than version 00 has", `00-${trace}-${parent}-01-more`],
    ["too long", `01-${trace}-${parent}-012`],
    ["two in one", `00-${trace}-${parent}-01, 00-${trace}-${parent}-01`],
    ["no hexadecimals", `00-${trace}-${parent}-0g`],
    ["a line after it", `00-${trace}-${parent}-01\n`],
  ])("leaves out what is not: %s", (_name, traceparent) => {
    expect(traceContextOf(["tracestate", "a=1", "traceparent", traceparent])).toEqual({
      traceparent: undefined,
      tracestate: undefined,
    });
  });

  it("takes a state in parts, in their order", () => {
    const traceparent = `00-${trace}-${parent}-01`;
    const headers = ["tracestate", "a=1", "traceparent", traceparent, "tracestate", "b=2,c=3"];
    expect(traceContextOf(headers)).toEqual({ traceparent, tracestate: "a=1,b=2,c=3" });
  });

  it("takes neither of two traces", () => {
    const headers = [1, 2].flatMap((at) => ["traceparent", `00-${trace}-${parent}-0${at}`]);
    expect(traceContextOf(headers).traceparent).toBeUndefined();
  });
});
