import { describe, expect, it } from "vitest";
import { type AnyOptions, define, type MetricType } from "../../src/telemetry/definition.ts";

const good = { help: "Help.", unit: "1" };
const seconds = { help: "Help.", unit: "seconds" };

describe("define", () => {
  it.each<[MetricType, string, unknown, RegExp]>([
    ["counter", "", good, /the name must start with a letter/],
    ["counter", "9lives", good, /the name must start with a letter/],
    ["counter", "caf\u00e9", good, /the name must start with a letter/],
    ["counter", "a:b", good, /hold letters, digits and _ only/],
    ["counter", "a-b", good, /^metrics.counter\("a-b"\): the name must/],
    ["counter", "isoserve_calls", good, /are isoserve's own; choose another/],
    ["gauge", "calls_total", good, /only counters end in _total, this is a gauge/],
    ["histogram", "size_bucket", good, /must not end in _bucket/],
    ["counter", "x_count", good, /must not end in _count/],
    ["counter", "x", undefined, /needs options: \{ help, unit \}/],
    ["counter", "x", null, /needs options/],
    ["counter", "x", { unit: "1" }, /option help must be a text, got undefined/],
    ["counter", "x", { help: " ", unit: "1" }, /option help must be a text, got " "/],
    ["counter", "x", { help: "Help." }, /option unit must be "seconds", "bytes".*got undefined/],
    ["counter", "x", { help: "Help.", unit: "Big Ones" }, /option unit must be .*got "Big Ones"/],
    ["counter", "x_ms", { help: "H.", unit: "ms" }, /a base unit: seconds instead of ms/],
    ["gauge", "x", { help: "H.", unit: "percent" }, /a base unit: ratio instead of percent/],
    ["histogram", "wait", seconds, /unit is seconds, so the name must end in it: wait_seconds/],
    ["counter", "busy_total", seconds, /must end in it: busy_seconds_total/],
    ["counter", "x", { ...good, label: ["a"] }, /unknown option label; options are help, unit/],
    ["counter", "x", { ...good, buckets: [1] }, /unknown option buckets/],
    ["counter", "x", { ...good, labels: "a" }, /option labels must be a list of names, got "a"/],
    ["counter", "x", { ...good, labels: ["a b"] }, /option labels.0 must start with a letter/],
    ["counter", "x", { ...good, labels: ["a", 3] }, /option labels.1 must start .*got 3/],
    ["counter", "x", { ...good, labels: ["__a"] }, /option labels.0 must not start with __/],
    ["histogram", "x", { ...good, labels: ["le"] }, /must not be "le", which is Prometheus' own/],
    ["counter", "x", { ...good, labels: ["replica"] }, /"replica", which isoserve sets itself/],
    ["counter", "x", { ...good, labels: ["a", "b", "a"] }, /option labels.2 is "a" again/],
    ["gauge", "x", { ...good, combine: "mean" }, /option combine must be "sum" or "max"/],
    ["histogram", "x", { ...good, buckets: [] }, /option buckets must be 1 to 100 finite/],
    ["histogram", "x", { ...good, buckets: [1, 1] }, /each over the one before, got \[1,1\]/],
    ["histogram", "x", { ...good, buckets: [1, Number.POSITIVE_INFINITY] }, /finite/],
    [
      "histogram",
      "x",
      { ...good, buckets: Array.from({ length: 101 }, (_, at) => at) },
      /1 to 100/,
    ],
  ])("refuses a %s %j with %j", (type, name, options, message) => {
    const defining = () => define(type, name, options as AnyOptions);
    expect(defining).toThrow(message);
    expect(defining).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });

  it.each<[MetricType, string, AnyOptions]>([
    ["counter", "requests", good],
    ["counter", "busy_seconds_total", seconds],
    ["counter", "busy_seconds", seconds],
    ["counter", "tokens", { help: "Help.", unit: "tokens", labels: ["model", "kind"] }],
    ["gauge", "used_bytes", { help: "Help.", unit: "bytes", combine: "max" }],
    ["gauge", "model_info", good],
    ["histogram", "wait_seconds", { ...seconds, buckets: [-1, 0, 0.5] }],
  ])("takes a %s %j", (type, name, options) => {
    expect(define(type, name, options)).toMatchObject({ type, name: name.replace("_total", "") });
  });
});
