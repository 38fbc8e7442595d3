import { assert } from "chai";
import { exportTraces } from "../../src/telemetry/opentelemetry.ts";
import { endedSpans, provider, type SpanData } from "../fixtures/spans.ts";
import type { Speaker, Traced } from "../fixtures/traced.ts";
import { topic } from "./case.ts";
import type { Running, Trial } from "./trial.ts";
import { until } from "./until.ts";

const INTERNAL = 0;
const SERVER = 1;
const CLIENT = 2;
const ERROR = 2;
/** Of the client's own span. */
const CLIENT_SPAN = "00f067aa0ba902b7";

/** Has the host's thread make spans while a check runs; replicas have their own threads do so when they start. */
function traced(check: (trial: Trial) => Promise<void>): (trial: Trial) => Promise<void> {
  return async (trial) => {
    endedSpans();
    const stop = exportTraces(provider);
    try {
      await check(trial);
    } finally {
      stop();
    }
  };
}

type Wanted = readonly [name: string, kind: number, count?: number];

/** The spans of an application, as they end here and in the replicas of these deployments. */
class Spans {
  readonly #sources: readonly { spans(): Promise<SpanData[]> }[];
  readonly #all: SpanData[] = [];

  constructor({ serve }: Trial, { name }: Pick<Running<"traced">, "name">, deployments: string[]) {
    this.#sources = deployments.map((one) => serve.handle<Traced>(`${name}/${one}`));
  }

  /** Those of a trace, once all that are wanted have ended. */
  async of(traceId: string | undefined, wanted: readonly Wanted[]): Promise<readonly SpanData[]> {
    const ours = () => this.#all.filter((span) => span.traceId === traceId);
    const there = ([name, kind, count = 1]: Wanted) => found(ours(), name, kind).length >= count;
    await until(async () => {
      const remote = await Promise.all(this.#sources.map((source) => source.spans()));
      this.#all.push(...endedSpans(), ...remote.flat());
      return wanted.every(there);
    });
    return ours();
  }
}

function found(spans: readonly SpanData[], name: string, kind: number): readonly SpanData[] {
  return spans.filter((span) => span.name === name && span.kind === kind);
}

function only(spans: readonly SpanData[], name: string, kind: number): SpanData {
  const all = found(spans, name, kind);
  assert.lengthOf(all, 1, `${name} of kind ${kind}`);
  return all[0] as SpanData;
}

/** Each as soon as it is there: chunks may come joined. */
async function* linesOf({ body }: Response): AsyncGenerator<string, void> {
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += decoder.decode(value, { stream: true });
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      yield text.slice(0, end);
      text = text.slice(end + 1);
    }
  }
}

function newTraceId(): string {
  return crypto.randomUUID().replaceAll("-", "");
}

export const tracing = topic("traces", {
  "go through both hops of a streamed request, until its stream has ended": traced(
    async (trial) => {
      const app = await trial.run("traced");
      const spans = new Spans(trial, app, ["TracedFront", "Speaker"]);
      const traceId = newTraceId();
      const headers = { traceparent: `00-${traceId}-${CLIENT_SPAN}-01`, tracestate: "vendor=1" };
      const response = await app.fetch("/", { headers });
      const lines = linesOf(response);
      const [toldFront, toldSpeaker] = [await lines.next(), await lines.next()];
      await app.gate.noted("in token");
      const http = `GET ${app.prefix}`;
      const under = endedSpans().filter((span) => span.traceId === traceId);
      for (const name of [http, "TracedFront.fetch", "Speaker.tokens"]) {
        assert.notInclude(
          under.map((span) => span.name),
          name,
        );
      }
      await app.gate.open("*");
      assert.equal((await lines.next()).value, "last");
      assert.isTrue((await lines.next()).done);

      const all = await spans.of(traceId, [
        [http, SERVER],
        ["TracedFront.fetch", SERVER],
        ["Speaker.tokens", CLIENT],
        ["Speaker.tokens", SERVER],
        ["Gate.pass", CLIENT],
      ]);
      const request = only(all, http, SERVER);
      const front = only(all, "TracedFront.fetch", SERVER);
      const call = only(all, "Speaker.tokens", CLIENT);
      const speaker = only(all, "Speaker.tokens", SERVER);
      const gate = only(all, "Gate.pass", CLIENT);
      const chain = [request, front, call, speaker, gate].map(({ parentId }) => parentId);
      const above = [request, front, call, speaker].map(({ spanId }) => spanId);
      assert.deepEqual(chain, [CLIENT_SPAN, ...above]);
      // What user code and other servers are told is where they are.
      assert.equal(toldFront.value, `00-${traceId}-${request.spanId}-01 vendor=1`);
      assert.equal(toldSpeaker.value, `00-${traceId}-${speaker.spanId}-01 vendor=1`);
      assert.deepInclude(request.attributes, {
        "http.request.method": "GET",
        "http.route": app.prefix,
        "http.response.status_code": 200,
        "url.path": `${app.prefix}/`,
        "isoserve.application": app.name,
        "isoserve.deployment": "TracedFront",
      });
      assert.deepInclude(speaker.attributes, {
        "rpc.system": "isoserve",
        "rpc.service": `${app.name}/Speaker`,
        "rpc.method": "tokens",
        "isoserve.replica": app.replicas("Speaker")[0],
        "isoserve.request_id": request.attributes["isoserve.request_id"],
      });
      assert.isFalse(all.some(({ status }) => status === ERROR));
    },
  ),

  "begin here where the client has none": traced(async (trial) => {
    const app = await trial.run("traced");
    const spans = new Spans(trial, app, ["TracedFront"]);
    const told = (await (await app.fetch("/plain")).json()) as string;
    const [, traceId] = told.split("-");
    const http = `GET ${app.prefix}`;
    const all = await spans.of(traceId, [
      [http, SERVER],
      ["TracedFront.fetch", SERVER],
    ]);
    const request = only(all, http, SERVER);
    assert.isUndefined(request.parentId);
    assert.equal(told, `00-${traceId}-${request.spanId}-01`);
    assert.equal(only(all, "TracedFront.fetch", SERVER).parentId, request.spanId);
  }),

  "tell the wait for a replica": traced(async (trial) => {
    const app = await trial.run("traced");
    const { one } = trial.serve.handle<Speaker>(`${app.name}/Speaker`);
    const runs = one();
    await app.gate.noted("in one");
    const waits = one();
    await app.gate.open("*");
    const places = (await Promise.all([runs, waits])) as string[];
    const [free, queued] = places.map((place) => place.split("-")[1]);
    assert.notEqual(free, queued);
    const spans = new Spans(trial, app, ["Speaker"]);
    const all = await spans.of(queued, [
      ["Speaker.one", CLIENT],
      ["queue Speaker", INTERNAL],
      ["Speaker.one", SERVER],
    ]);
    const call = only(all, "Speaker.one", CLIENT);
    assert.isUndefined(call.parentId);
    assert.equal(only(all, "queue Speaker", INTERNAL).parentId, call.spanId);
    assert.equal(only(all, "Speaker.one", SERVER).parentId, call.spanId);
  }),

  "show what failed, and why": traced(async (trial) => {
    const app = await trial.run("traced");
    const traceId = newTraceId();
    const headers = { traceparent: `00-${traceId}-${CLIENT_SPAN}-01` };
    assert.equal((await app.fetch("/fail", { headers })).status, 500);
    const http = `GET ${app.prefix}`;
    const spans = new Spans(trial, app, ["TracedFront", "Speaker"]);
    const all = await spans.of(traceId, [
      [http, SERVER],
      ["TracedFront.fetch", SERVER],
      ["Speaker.fail", CLIENT],
      ["Speaker.fail", SERVER],
    ]);
    const failed = all.filter(({ kind }) => kind !== INTERNAL);
    assert.lengthOf(failed, 4);
    for (const { name, status, attributes, events } of failed) {
      assert.equal(status, ERROR, name);
      assert.equal(attributes["error.type"], "RangeError", name);
      assert.deepEqual(events, ["exception"], name);
    }
    assert.equal(only(all, http, SERVER).attributes["http.response.status_code"], 500);
  }),

  "link a batch to all of its calls": traced(async (trial) => {
    const app = await trial.run("tracedBatches");
    await app.gate.open("*");
    const [one, two] = (await Promise.all([app.handle.run(), app.handle.run()])) as string[];
    const spans = new Spans(trial, app, ["TracedBatches"]);
    const name = "batch TracedBatches.together";
    const [first, second] = [one, two].map((place) => place?.split("-")[1]);
    const all = await spans.of(first, [["TracedBatches.run", SERVER]]);
    const others = await spans.of(second, [["TracedBatches.run", SERVER]]);
    const calls = [all, others].map((of) => only(of, "TracedBatches.run", SERVER));
    const leader = found(all, name, INTERNAL).length > 0 ? first : second;
    const batch = only(await spans.of(leader, [[name, INTERNAL]]), name, INTERNAL);
    assert.sameMembers(
      [...batch.links],
      calls.map(({ spanId }) => spanId),
    );
    assert.include(batch.links, batch.parentId);
    assert.equal(batch.attributes["isoserve.batch.size"], 2);
    const made = await spans.of(leader, [["Gate.pass", CLIENT]]);
    assert.equal(only(made, "Gate.pass", CLIENT).parentId, batch.spanId);
  }),

  "are not made where nobody asks for them": async (trial) => {
    endedSpans();
    const app = await trial.run("gatedFront");
    await app.gate.open("*");
    await app.fetch("/");
    assert.deepEqual(endedSpans(), []);
  },
});
