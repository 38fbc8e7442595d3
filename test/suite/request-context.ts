import { assert } from "chai";
import type { GatedCaller } from "../fixtures/gated.ts";
import { topic } from "./case.ts";
import { serveError } from "./failure.ts";

interface Seen {
  readonly headers: Readonly<Record<string, string>>;
  readonly origins: readonly Readonly<Record<string, string>>[];
}

const seen = async (response: Response) => (await response.json()) as Seen;

const ID = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";
const traceparent = `00-${ID}-01`;
const tracestate = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE";

export const requestContext = topic("request context", {
  "calls know the route by which their request came": async (trial) => {
    const { fetch, prefix } = await trial.run("descendants");
    const { origins } = await seen(await fetch("/page"));
    assert.deepEqual(origins, [{ route: prefix }, { route: prefix }]);
  },

  "calls that no request led to have no route and no trace": async (trial) => {
    const { handle } = await trial.run("descendants");
    const none = { route: undefined, traceparent: undefined, tracestate: undefined };
    assert.deepEqual(await handle.origins(), [none, none]);
  },

  "a trace goes on to the application and to the calls that are made": async (trial) => {
    const { fetch, prefix } = await trial.run("descendants");
    const { headers, origins } = await seen(
      await fetch("/", { headers: { traceparent, tracestate } }),
    );
    const own = { route: prefix, traceparent, tracestate };
    assert.deepEqual(headers, own);
    assert.deepEqual(origins, [own, own]);
  },

  "a trace needs no state": async (trial) => {
    const { fetch, prefix } = await trial.run("descendants");
    const { origins } = await seen(await fetch("/", { headers: { traceparent } }));
    assert.deepEqual(origins[1], { route: prefix, traceparent });
  },

  "a malformed trace is left out, with its state": async (trial) => {
    const { fetch, prefix } = await trial.run("descendants");
    const malformed = `00-${ID}`;
    const { headers, origins } = await seen(
      await fetch("/", { headers: { traceparent: malformed, tracestate } }),
    );
    assert.deepEqual(headers, { route: prefix });
    assert.deepEqual(origins, [{ route: prefix }, { route: prefix }]);
  },

  "requests of one replica are not mistaken for each other": async (trial) => {
    const { fetch } = await trial.run("descendants");
    const traces = Array.from({ length: 8 }, (_, index) => `00-${ID}-0${index}`);
    const answers = traces.map(async (each) =>
      seen(await fetch("/", { headers: { traceparent: each } })),
    );
    const shown = (await Promise.all(answers)).map(({ origins }) => origins[1]?.["traceparent"]);
    assert.deepEqual(shown, traces);
  },

  "a call made after an await has its maker by the context": async (trial) => {
    const { fetch, prefix } = await trial.run("descendants");
    const headers = { traceparent, "x-request-id": "given", "x-request-timeout-seconds": "60" };
    const { maker, made } = (await (await fetch("/later", { headers })).json()) as {
      readonly maker: Readonly<Record<string, unknown>>;
      readonly made: unknown;
    };
    assert.deepInclude(maker, { requestId: "given", route: prefix, traceparent });
    assert.isNumber(maker["deadline"]);
    assert.deepEqual(made, maker);
  },

  "a context is nothing but what context() returned": async (trial) => {
    const { handle } = await trial.run("descendants");
    assert.throws(() => handle.options({ context: {} as never }), /context must be what context/);
  },

  "a call made after an await is cancelled with its maker, by the context": async (trial) => {
    const { name, gate } = await trial.run("forkedThree");
    const left = trial.serve.handle<GatedCaller>(`${name}/Left`);
    const call = left.watchLater("child");
    const error = serveError(call, "CANCELLED");
    await gate.noted("in child");
    call.cancel("changed my mind");
    await gate.noted("aborted child: changed my mind");
    await error;
  },
});
