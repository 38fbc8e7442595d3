import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { get as httpGet, type IncomingMessage } from "node:http";
import { Agent, get, type RequestOptions } from "node:https";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { type Listening, type ListenOptions, listen } from "../adapters/node/listen.ts";
import type { Ingress } from "../src/http/ingress.ts";

const file = (name: string) => fileURLToPath(new URL(`./fixtures/tls/${name}`, import.meta.url));
const cert = await readFile(file("cert.pem"));
const key = await readFile(file("key.pem"));
const TLS = { keyFile: file("key.pem"), certFile: file("cert.pem") };

let listening: Listening | undefined;
afterEach(async () => {
  await listening?.close();
  listening = undefined;
});

async function start(
  options: ListenOptions = {},
  answer: Ingress["fetch"] = async ({ url }) => new Response(`asked for ${url}`),
) {
  // As much of an ingress as a listener needs.
  const ingress = { fetch: answer } as Ingress;
  listening = await listen({ ingress }, { port: 0, ...options });
  return listening;
}

const refused = (message: string) =>
  expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringMatching(message) });

/** Asks over TLS as a client that trusts the test's certificate only. */
async function ask(url: string, options: RequestOptions = {}): Promise<string> {
  const asked = get(url, { ca: cert, agent: new Agent(), ...options });
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of response) text += chunk;
  return text;
}

describe("listen, with tls", () => {
  it("speaks HTTPS", async () => {
    const { url, port } = await start({ tls: TLS });
    expect(url).toBe(`https://127.0.0.1:${port}`);
    expect(await ask(`${url}/path`)).toBe(`asked for ${url}/path`);
    await expect(ask(url, { ca: [] })).rejects.toThrow("self-signed certificate");
    const plain = httpGet(`http://127.0.0.1:${port}/`);
    await expect(once(plain, "response")).rejects.toThrow();
  });

  it.each([{ passphrase: "sesame" }, { passphraseFile: file("passphrase.txt") }])(
    "decrypts its key: %j",
    async (passphrase) => {
      const tls = { ...TLS, keyFile: file("encrypted-key.pem"), ...passphrase };
      const { url } = await start({ tls });
      expect(await ask(url)).toBe(`asked for ${url}/`);
    },
  );

  it("serves only clients that show a certificate, where caFile is given", async () => {
    const { url } = await start({ tls: { ...TLS, caFile: file("cert.pem") } });
    await expect(ask(url)).rejects.toThrow();
    expect(await ask(url, { cert, key })).toBe(`asked for ${url}/`);
  });

  it.each([
    [{ keyFile: "nowhere.pem" }, "^listen: option tls.keyFile: /.*/nowhere.pem: no such file$"],
    [{ certFile: "nowhere.pem" }, "option tls.certFile: /.*/nowhere.pem: no such file$"],
    [{ passphraseFile: "nowhere" }, "option tls.passphraseFile: /.*/nowhere: no such file$"],
    [{ caFile: "nowhere.pem" }, "option tls.caFile: /.*/nowhere.pem: no such file$"],
    [{ keyFile: "test" }, "option tls.keyFile: /.*/test: can't be read: EISDIR$"],
    [{ keyFile: file("cert.pem") }, "option tls.keyFile: /.*/cert.pem: has no private key in PEM"],
    [{ certFile: file("key.pem") }, "option tls.certFile: /.*/key.pem: has no certificate in PEM"],
    [{ caFile: file("key.pem") }, "option tls.caFile: /.*/key.pem: has no certificate in PEM"],
    [
      { keyFile: file("encrypted-key.pem") },
      "is encrypted: give its passphrase by tls.passphraseFile$",
    ],
    [
      { keyFile: file("encrypted-key.pem"), passphrase: "open" },
      "encrypted-key.pem: can't be decrypted: is it the right passphrase",
    ],
    [
      { keyFile: file("other-key.pem") },
      "option tls.certFile: /.*/cert.pem: is not the certificate of the key in /.*/other-key.pem$",
    ],
  ])("says what is wrong with %j", async (wrong, message) => {
    await expect(start({ tls: { ...TLS, ...wrong } })).rejects.toEqual(refused(message));
  });
});

describe("listen, with keepAliveTimeoutMs", () => {
  it("tells clients, and closes connections that stay idle", async () => {
    const { port } = await start({ keepAliveTimeoutMs: 7_000 });
    const response = await fetch(`http://127.0.0.1:${port}/`);
    expect(response.headers.get("keep-alive")).toBe("timeout=7");
    await listening?.close();

    const { port: other } = await start({ keepAliveTimeoutMs: 1 });
    const socket = connect(other, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    await once(socket.resume(), "end");
  });

  it.each([0, -1, Number.NaN, "5s"])("refuses %s", async (given) => {
    await expect(start({ keepAliveTimeoutMs: given as number })).rejects.toEqual(
      refused("^listen: option keepAliveTimeoutMs must be a number of milliseconds over 0, got"),
    );
  });

  it.each(["headersTimeoutMs", "receiveTimeoutMs"] as const)("refuses %s too", async (name) => {
    await expect(start({ [name]: 0 })).rejects.toEqual(refused(`^listen: option ${name} must be`));
  });
});

describe.each([
  ["HTTP", {}, (port: number) => connect(port, "127.0.0.1"), "connect"],
  ["HTTPS", { tls: TLS }, (port: number) => connectTls({ port, ca: cert }), "secureConnect"],
])("closing, with %s", (_scheme, options, open, opened) => {
  const request = "GET / HTTP/1.1\r\nHost: test\r\n\r\n";

  it("does not wait for connections that never had a request", async () => {
    const { port, close } = await start(options);
    const socket = open(port);
    await once(socket, opened);
    const ended = once(socket, "close");
    await close();
    await ended;
  });

  it("closes idle connections", async () => {
    const { port, close } = await start(options);
    const socket = open(port);
    socket.write(request);
    await once(socket, "data");
    const ended = once(socket.resume(), "close");
    await close();
    await ended;
  });

  it("waits for the answers that are under way", async () => {
    const { promise, resolve } = Promise.withResolvers<Response>();
    const asked = Promise.withResolvers<void>();
    const { port, close } = await start(options, () => {
      asked.resolve();
      return promise;
    });
    const socket = open(port);
    socket.write(request);
    await asked.promise;
    const unused = open(port);
    await once(unused, opened);
    const closed = close();
    await once(unused, "close");
    resolve(new Response("at last"));
    let text = "";
    for await (const chunk of socket) text += chunk;
    expect(text).toContain("at last");
    await closed;
  });
});
