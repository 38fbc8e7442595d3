import { afterAll, beforeAll, expect, it } from "vitest";
import { apiSuite, ask } from "./api-suite.ts";
import { type NodeHost, startNode } from "./node-host.ts";
import { SAMPLES, type Sample } from "./samples.ts";

let host: NodeHost;
beforeAll(async () => {
  host = await startNode();
});
afterAll(async () => {
  await host.stop();
});

apiSuite(() => host.url);

it("SIGINT lets requests end and exits with 0", async () => {
  const other = await startNode();
  const running = Promise.all(SAMPLES.map((sample) => ask(other.url, sample)));
  await ask(other.url, SAMPLES[0] as Sample);
  const code = await other.stop();
  expect(code).toBe(0);
  expect((await running).map(({ digit }) => digit)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
