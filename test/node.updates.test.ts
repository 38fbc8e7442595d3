import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { node } from "../adapters/node/index.ts";
import { type Listening, listen } from "../adapters/node/listen.ts";
import { createServe } from "../src/index.ts";
import { type Versions, versions } from "./fixtures/served-versions.ts";

const serve = createServe(node());
const module = new URL("./fixtures/served-versions.ts", import.meta.url).href;
let server: Listening;

const run = (name: Versions) => serve.run(versions[name], { module: `${module}#${name}` });

beforeAll(async () => {
  await run("one");
  server = await listen(serve, { port: 0 });
});
afterAll(async () => {
  await server.close();
  await serve.shutdown();
});

/** Requests without a pause from several clients, until told to stop. */
function load(clients: number) {
  const answers = new Map<string, number>();
  let going = true;
  const client = async () => {
    while (going) {
      const response = await fetch(server.url).catch((error: Error) => error.message);
      const answer =
        typeof response === "string" ? response : `${response.status} ${await response.text()}`;
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
  };
  const running = Array.from({ length: clients }, client);
  return async () => {
    going = false;
    await Promise.all(running);
    return Object.fromEntries(answers);
  };
}

describe("updates under load over HTTP", () => {
  it.each<[string, Versions[]]>([
    ["one replica, replaced again and again", ["two", "one", "two", "one", "two", "one"]],
    ["three replicas, replaced", ["three", "oneOfThree", "three", "oneOfThree"]],
    ["settings that change", ["pinned", "pinnedOther", "pinned", "pinnedOther", "pinned"]],
    ["replicas that come and go", ["pinned", "pinnedFour", "pinned", "pinnedFour", "pinned"]],
  ])(
    "%s: every request is answered",
    async (_what, sequence) => {
      const stop = load(8);
      for (const name of sequence) await run(name);
      const answers = await stop();
      expect(Object.keys(answers).filter((answer) => !answer.startsWith("200 "))).toEqual([]);
    },
    60_000,
  );
});
