import { assert } from "chai";
import { COOKIES } from "../fixtures/answers.ts";
import { topic } from "./case.ts";

const BYTES = [0, 255, 128, 10, 13, 0];

/** Path of the `answers` application, status, content type, body. */
const ANSWERS = [
  ["a Response", "/response", 201, /^text\/plain/, "made"],
  ["a string", "/string", 200, /^text\/plain/, "grüße"],
  ["bytes", "/bytes", 200, /^application\/octet-stream$/, BYTES],
  ["an ArrayBuffer", "/buffer", 200, /^application\/octet-stream$/, BYTES],
  ["a stream", "/stream", 200, /^application\/octet-stream$/, BYTES],
  ["a generator", "/generator", 200, /^text\/plain/, 'text bytes\n{"json":true}\n'],
  ["undefined", "/undefined", 204, /^$/, ""],
  ["null", "/null", 200, /^application\/json/, "null"],
  ["an object", "/object", 200, /^application\/json/, '{"answer":42}'],
  ["a number", "/number", 200, /^application\/json/, "42"],
] as const;

const mappings = Object.fromEntries(
  ANSWERS.map(([kind, path, status, type, body]) => [
    `${kind} is answered with ${status}`,
    async (trial: Parameters<Parameters<typeof topic>[1][string]>[0]) => {
      const { fetch } = await trial.run("answers");
      const response = await fetch(path);
      assert.equal(response.status, status);
      assert.match(response.headers.get("content-type") ?? "", type);
      const bytes = new Uint8Array(await response.arrayBuffer());
      if (typeof body === "string") assert.equal(new TextDecoder().decode(bytes), body);
      else assert.deepEqual([...bytes], [...body]);
    },
  ]),
);

export const httpAnswers = topic("http answers", {
  ...mappings,

  "status and headers of a Response stay": async (trial) => {
    const { fetch } = await trial.run("answers");
    const response = await fetch("/response");
    assert.equal(response.headers.get("x-made"), "yes");
  },

  "two cookies stay two": async (trial) => {
    const { fetch } = await trial.run("answers");
    const response = await fetch("/cookies");
    // Browsers let no Response have cookies.
    const possible = new Response(null, { headers: COOKIES }).headers.getSetCookie();
    assert.deepEqual(response.headers.getSetCookie(), possible);
  },

  "a streamed answer arrives piece by piece": async (trial) => {
    const { fetch, gate } = await trial.run("gated");
    const { body } = await fetch("/");
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    const read = async () => new TextDecoder().decode((await reader.read()).value);
    assert.equal(await read(), "chunk 1;");
    await gate.open("second chunk");
    assert.equal(await read(), "chunk 2;");
    assert.isTrue((await reader.read()).done);
  },

  "a client that leaves a streamed answer frees the slot": async (trial) => {
    const { fetch, gate, handle } = await trial.run("gatedOne");
    const { body } = await fetch("/");
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    await gate.open("*");
    await reader.cancel();
    await handle.work("next");
  },

  "the error of a user stays inside": async (trial) => {
    const { fetch } = await trial.run("faulty");
    const response = await fetch("/");
    assert.equal(response.status, 500);
    const { error } = (await response.json()) as { error: unknown };
    assert.deepEqual(error, { code: "INTERNAL", message: "Internal Server Error" });
    assert.notMatch(JSON.stringify([...response.headers]), /secret/);
  },

  "a Response that was read already is an error, not a death": async (trial) => {
    const { fetch } = await trial.run("answers");
    assert.equal((await fetch("/read")).status, 500);
    assert.equal((await fetch("/string")).status, 200);
  },

  "an object with fetch answers requests": async (trial) => {
    const { fetch } = await trial.run("router");
    assert.deepEqual(await (await fetch("/hello/ada")).json(), { hello: "ada" });
    assert.equal((await fetch("/missing")).status, 404);
    assert.equal(await (await fetch("/length", { method: "POST", body: "four" })).text(), "4");
  },

  "a function answers requests": async (trial) => {
    const { fetch } = await trial.run("functionAnswer");
    assert.equal(await (await fetch("/", { method: "PUT" })).text(), "the function got PUT");
  },

  "an ingress without fetch is an error": async (trial) => {
    const { fetch } = await trial.run("adder");
    assert.equal((await fetch("/")).status, 500);
  },
});
