import { expect, it } from "vitest";
import { memory } from "../../adapters/memory/index.ts";
import { createServe, systemClock } from "../../src/index.ts";
import { hostLogger } from "../../src/telemetry/host-logger.ts";
import { Logger } from "../../src/telemetry/logger.ts";
import { dedicateThread } from "../../src/telemetry/scope.ts";
import { LogBook } from "../fixtures/log-book.ts";

// In this order: what a thread is dedicated to it stays.
it("is that of the host that was made last", () => {
  const [first, second] = [new LogBook(), new LogBook()];
  createServe(memory({ log: first }));
  createServe(memory({ log: second }));
  hostLogger().warn("of nobody");
  expect(first.messages).toEqual([]);
  expect(second.messages).toEqual(["of nobody"]);
});

it("in a replica's own thread is the replica's, whatever hosts its module makes", () => {
  const [replica, made] = [new LogBook(), new LogBook()];
  dedicateThread({ registry: undefined, logger: new Logger(replica, systemClock) });
  createServe(memory({ log: made }));
  hostLogger().warn("of the replica");
  expect(made.messages).toEqual([]);
  expect(replica.messages).toEqual(["of the replica"]);
});
