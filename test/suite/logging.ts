import { assert } from "chai";
import type { LogLine } from "../../src/index.ts";
import { topic } from "./case.ts";
import type { Trial } from "./trial.ts";
import { until } from "./until.ts";

/** The lines about an application, once there are so many. */
async function linesOf({ log }: Trial, name: string, count: number): Promise<LogLine[]> {
  const lines = () => log.lines.filter(({ application }) => application === name);
  await until(() => lines().length >= count);
  return lines();
}

function messagesOf(lines: readonly LogLine[]): string[] {
  return lines.map(({ message }) => message);
}

export const logging = topic("logs", {
  "say whose line it is, and of which request": async (trial) => {
    const { name, handle, replicas } = await trial.run("logged", { args: {} });
    const before = Date.now();
    const requestId = await handle.note("hello");
    const [line] = await linesOf(trial, name, 1);
    assert.deepInclude(line, {
      level: "info",
      message: "hello",
      application: name,
      deployment: "Logged",
      replica: replicas("Logged")[0],
      requestId,
      fields: { marked: true, length: 5 },
    });
    assert.closeTo(line?.time ?? 0, before, 10_000);
  },

  "say which trace a call belongs to": async (trial) => {
    const { name, handle, fetch } = await trial.run("logged", { args: {} });
    const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    await fetch("/traced", { headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } });
    await handle.note("untraced");
    const lines = await linesOf(trial, name, 2);
    assert.deepEqual(
      lines.map((line) => line.traceId),
      [traceId, undefined],
    );
  },

  "have the levels from info on, if nothing else is said": async (trial) => {
    const { name, handle } = await trial.run("logged", { args: {} });
    await handle.all();
    assert.deepEqual(messagesOf(await linesOf(trial, name, 3)), ["info", "warn", "error"]);
  },

  "have the levels that are asked for": async (trial) => {
    const { name, handle } = await trial.run("logged", { args: { level: "debug" } });
    await handle.all();
    const levels = ["debug", "info", "warn", "error"];
    assert.deepEqual(messagesOf(await linesOf(trial, name, 4)), levels);
  },

  "of errors have name, message, stack and cause": async (trial) => {
    const { name, handle } = await trial.run("logged", { args: { level: "error" } });
    await handle.all();
    const [line, ...others] = await linesOf(trial, name, 1);
    assert.deepEqual(others, []);
    const error = line?.fields["error"] as Record<string, unknown>;
    assert.deepInclude(error, { name: "RangeError", message: "out of range" });
    assert.include(error["stack"], "RangeError");
    assert.deepInclude(error["cause"], { name: "Error", message: "root" });
  },

  "take fields that no boundary lets through": async (trial) => {
    const { name, handle } = await trial.run("logged", { args: {} });
    await handle.odd();
    const [line] = await linesOf(trial, name, 1);
    assert.equal(line?.message, "odd");
    assert.isDefined(line?.fields["call"]);
  },

  "follow a change of the level, without a restart": async (trial) => {
    const { name, handle, replicas } = await trial.run("logged", { args: { level: "off" } });
    const before = replicas("Logged");
    await handle.all();
    await trial.run("logged", { name, args: { level: "warn", format: "json" } });
    await handle.all();
    const lines = await linesOf(trial, name, 2);
    assert.deepEqual(messagesOf(lines), ["warn", "error"]);
    assert.deepEqual(replicas("Logged"), before);
    const formats = lines.map((line) => trial.log.formats[trial.log.lines.indexOf(line)]);
    assert.deepEqual(formats, ["json", "json"]);
  },

  "of access have a line for each request, without its query": async (trial) => {
    const { name, prefix, fetch } = await trial.run("logged", { args: { accessLog: true } });
    const headers = { "x-request-id": "given" };
    await fetch("/a?secret=1", { headers });
    await fetch("/", { method: "POST" });
    const [first, second, ...others] = await linesOf(trial, name, 2);
    assert.deepEqual(others, []);
    assert.deepInclude(first, { level: "info", message: "request", requestId: "given" });
    assert.deepInclude(first, { application: name, deployment: "Logged" });
    const { durationMs, ...fields } = first?.fields ?? {};
    const path = `${prefix}/a`;
    assert.deepEqual(fields, { method: "GET", path, status: 200, route: prefix });
    assert.isAtLeast(durationMs as number, 0);
    assert.deepInclude(second?.fields, { method: "POST", path: `${prefix}/` });
  },

  "of access are there only where they are asked for": async (trial) => {
    const { name, handle, fetch } = await trial.run("logged", { args: {} });
    await fetch("/");
    await handle.note("after");
    assert.deepEqual(messagesOf(await linesOf(trial, name, 1)), ["after"]);
  },

  "have the error of a request that failed once, and clients have it never": async (trial) => {
    const { name, fetch } = await trial.run("logged", { args: {} });
    const response = await fetch("/fail", { headers: { "x-request-id": "failing" } });
    assert.equal(response.status, 500);
    assert.notInclude(await response.text(), "secret");
    const [line, ...others] = await linesOf(trial, name, 1);
    assert.deepEqual(others, []);
    assert.deepInclude(line, { level: "error", requestId: "failing", deployment: "Logged" });
    const error = line?.fields["error"] as Record<string, unknown>;
    assert.deepInclude(error, { name: "RangeError", message: "a secret" });
    assert.include(error["stack"], "Logged");
  },
});
