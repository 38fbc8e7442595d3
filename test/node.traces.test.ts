import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Context,
  type ContextManager,
  context,
  ROOT_CONTEXT,
  trace,
} from "@opentelemetry/api";
import { AlwaysOffSampler, BasicTracerProvider } from "@opentelemetry/sdk-trace-base";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { node } from "../adapters/node/index.ts";
import { context as callContext, createServe, deployment, type Handle } from "../src/index.ts";
import { exportTraces } from "../src/telemetry/opentelemetry.ts";
import { LogBook } from "./fixtures/log-book.ts";
import { endedSpans, provider } from "./fixtures/spans.ts";

/** As `@opentelemetry/context-async-hooks` has it. */
function asyncContextManager(): ContextManager {
  const storage = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, fn, thisArg, ...args) =>
      storage.run(active, () => fn.apply(thisArg as never, args)),
    bind: (_active, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  return manager;
}

const users = provider.getTracer("users");

class Inner {
  async place() {
    await Promise.resolve();
    return users.startActiveSpan("deep", async (span) => {
      await Promise.resolve();
      span.end();
      return callContext().traceparent;
    });
  }
}

class Outer {
  readonly #inner: Handle<Inner>;

  constructor(inner: Handle<Inner>) {
    this.#inner = inner;
  }

  async run() {
    await Promise.resolve();
    return users.startActiveSpan("own", async (span) => {
      await Promise.resolve();
      const place = await this.#inner.place();
      span.end();
      return place;
    });
  }

  async *stream() {
    yield 1;
    users.startSpan("in stream").end();
    yield 2;
  }

  fetch(request: Request) {
    return request.headers.get("traceparent") ?? "none";
  }
}

const app = deployment(Outer).bind(deployment(Inner).bind());
const given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

describe("traces", () => {
  const serve = createServe(node({ log: new LogBook() }));
  let handle: Handle<Outer>;
  let stop = () => {};
  beforeEach(async () => {
    context.setGlobalContextManager(asyncContextManager());
    handle = await serve.run(app);
    endedSpans();
  });
  afterEach(async () => {
    stop();
    context.disable();
    await serve.delete("default");
  });
  const request = (headers: Record<string, string> = {}) =>
    new Request("http://test/a", { headers });

  it("have the spans that user code makes in their places", async () => {
    stop = exportTraces(provider);
    const place = await users.startActiveSpan("caller", async (span) => {
      const placed = await handle.run();
      span.end();
      return placed;
    });
    const spans = endedSpans();
    const parents = new Map(spans.map(({ spanId, name, kind }) => [spanId, `${name} ${kind}`]));
    const tree = spans.map(({ name, kind, parentId }) => [
      `${name} ${kind}`,
      parents.get(parentId ?? ""),
    ]);
    expect(Object.fromEntries(tree)).toEqual({
      "caller 0": undefined,
      "Outer.run 2": "caller 0",
      "Outer.run 1": "Outer.run 2",
      "own 0": "Outer.run 1",
      "Inner.place 2": "own 0",
      "Inner.place 1": "Inner.place 2",
      "deep 0": "Inner.place 1",
    });
    const inner = spans.find(({ name, kind }) => name === "Inner.place" && kind === 1);
    expect(place).toBe(`00-${inner?.traceId}-${inner?.spanId}-01`);
  });

  it("have those that a generator makes between its yields", async () => {
    stop = exportTraces(provider);
    expect(await Array.fromAsync(handle.stream())).toEqual([1, 2]);
    const spans = endedSpans();
    const code = spans.find(({ name, kind }) => name === "Outer.stream" && kind === 1);
    expect(spans.find(({ name }) => name === "in stream")?.parentId).toBe(code?.spanId);
  });

  it("begin below a span that is active where the request comes in", async () => {
    stop = exportTraces(provider);
    await users.startActiveSpan("server", async (span) => {
      await serve.fetch(request({ traceparent: given }));
      span.end();
    });
    const spans = endedSpans();
    const server = spans.find(({ name }) => name === "server");
    expect(spans.find(({ name }) => name === "GET /")?.parentId).toBe(server?.spanId);
  });

  it("of a provider that samples nothing are passed on as such", async () => {
    stop = exportTraces(new BasicTracerProvider({ sampler: new AlwaysOffSampler() }));
    const response = await serve.fetch(request({ traceparent: given }));
    const [, traceId, spanId, flags] = (await response.text()).split("-");
    expect([traceId, flags]).toEqual([given.split("-")[1], "00"]);
    expect(spanId).not.toBe(given.split("-")[2]);
  });

  it("are passed on as they are where no provider is registered", async () => {
    trace.disable();
    stop = exportTraces();
    const pass = async (headers: Record<string, string>) =>
      (await serve.fetch(request(headers))).text();
    expect(await pass({ traceparent: given })).toBe(given);
    expect(await pass({})).toBe("none");
    expect(endedSpans()).toEqual([]);
  });

  it("are those of a provider that is registered later", async () => {
    trace.disable();
    stop = exportTraces();
    trace.setGlobalTracerProvider(provider);
    await serve.fetch(request());
    expect(endedSpans().map(({ name }) => name)).toEqual(["Outer.fetch", "GET /"]);
    trace.disable();
  });

  it("show requests that no application serves, as the client's fault", async () => {
    stop = exportTraces(provider);
    await serve.delete("default");
    const { status } = await serve.fetch(request());
    handle = await serve.run(app);
    expect(status).toBe(404);
    const [span] = endedSpans();
    expect(span).toMatchObject({ name: "GET", status: 0 });
    expect(span?.attributes["http.response.status_code"]).toBe(404);
  });

  it("end with calls that are cancelled", async () => {
    stop = exportTraces(provider);
    const call = handle.run();
    call.cancel(new Error("no longer wanted"));
    await expect(call).rejects.toMatchObject({ code: "CANCELLED" });
    const span = endedSpans().find(({ name, kind }) => name === "Outer.run" && kind === 2);
    expect(span).toMatchObject({ status: 2, events: ["exception"] });
  });
});
