import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";

const SERVER = fileURLToPath(new URL("fixtures/drained-server.ts", import.meta.url));

/** A server in a process of its own, that can be told to end. */
async function served(gracefulShutdownTimeoutMs = 20_000) {
  const child = spawn(process.execPath, [SERVER, String(gracefulShutdownTimeoutMs)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  let look = () => {};
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
    look();
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const until = (text: string) =>
    new Promise<void>((resolve) => {
      look = () => {
        if (printed.includes(text)) resolve();
      };
      look();
    });
  await until("served at");
  const url = /served at (\S+)/.exec(printed)?.[1] ?? "";
  return { child, url, ended, until, printed: () => printed };
}

/** A streamed answer, of which something has come. */
async function begun(url: string) {
  const response = await fetch(url);
  const reader = (response.body as ReadableStream<Uint8Array>)
    .pipeThrough(new TextDecoderStream() as never)
    .getReader() as ReadableStreamDefaultReader<string>;
  const { value: first = "" } = await reader.read();
  const rest = async () => {
    let text = first;
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      text += value;
    }
    return text;
  };
  return { rest };
}

/** Resolves once a request waits for a replica. */
async function waits(url: string): Promise<void> {
  await vi.waitUntil(async () => {
    const metrics = await (await fetch(`${url}/-/metrics`)).text();
    return /router_queued_calls\{[^}]*\} 1/.test(metrics);
  });
}

describe("a server that is told to end", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "finishes its streams on %s, and the requests that wait, disposes once and exits with 0",
    async (signal) => {
      const { child, url, ended, until, printed } = await served();
      const streams = await Promise.all([begun(`${url}/5`), begun(`${url}/5`)]);
      const waiting = fetch(`${url}/1`).then((response) => response.text());
      await waits(url);
      child.kill(signal);
      await until("closing");
      await expect(fetch(url)).rejects.toThrow();
      const whole = "begun\nline 1\nline 2\nline 3\nline 4\nline 5\n";
      expect(await Promise.all(streams.map(({ rest }) => rest()))).toEqual([whole, whole]);
      expect(await waiting).toBe("begun\nline 1\n");
      expect(await ended).toBe(0);
      expect(printed().match(/disposed/g)).toHaveLength(1);
    },
    20_000,
  );

  it("ends what takes longer than it may", async () => {
    const { child, url, ended } = await served(500);
    const stream = await begun(`${url}/never`);
    const broken = expect(stream.rest()).rejects.toThrow();
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    await broken;
  }, 20_000);

  it("exits at once when it is told again", async () => {
    const { child, url, ended, until, printed } = await served();
    const stream = await begun(`${url}/never`);
    const broken = expect(stream.rest()).rejects.toThrow();
    child.kill("SIGTERM");
    await until("closing");
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    await broken;
    expect(printed()).not.toContain("disposed");
  }, 20_000);
});
