import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { installLightFetch } from "../adapters/node/light-fetch.ts";
import { LightResponse } from "../adapters/node/light-response.ts";
import { headerPairs, makeRequest, responseParts } from "../src/http/message.ts";

const Native = { Response, Request };
const Light = LightResponse as unknown as typeof Response & { prototype: LightResponse };

/** What can be seen of a response, or what making it throws. */
async function seen(make: () => Response) {
  try {
    const response = make();
    const { status, ok, statusText, type, redirected, url, bodyUsed } = response;
    const copy = response.clone();
    const headers = [...response.headers];
    const text = await response.text();
    const again = await response.text().then(String, (error: Error) => error.name);
    const rest = { copy: await copy.text(), again, used: response.bodyUsed };
    return { status, ok, statusText, type, redirected, url, bodyUsed, headers, text, ...rest };
  } catch (error) {
    return { threw: (error as Error).name };
  }
}

const BODIES: Readonly<Record<string, () => ConstructorParameters<typeof Response>[0]>> = {
  nothing: () => undefined,
  null: () => null,
  "an empty string": () => "",
  "a string": () => "héllo",
  bytes: () => new Uint8Array([104, 105]),
  "a buffer": () => new Uint8Array([104, 105]).buffer,
  "a stream": () => new Blob(["streamed"]).stream(),
  "a form": () => new URLSearchParams({ a: "1" }),
};

const INITS: Readonly<Record<string, ResponseInit | undefined>> = {
  nothing: undefined,
  "a status": { status: 418 },
  "a status without body": { status: 204 },
  "a status that is none": { status: 99 },
  "a status text": { status: 201, statusText: "Made" },
  "headers as an object": { headers: { "X-One": "1", "Content-Type": "text/html" } },
  "a value that is the name of another header": { headers: { vary: "content-type" } },
  "headers as pairs": { headers: [["x-one", "1"]] },
  "a header twice": {
    headers: [
      ["x-one", "1"],
      ["X-One", "2"],
    ],
  },
  "cookies twice": {
    headers: [
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
    ],
  },
  Headers: { headers: new Headers({ "x-one": "1" }) },
  "a value to be trimmed": { headers: { "x-one": " 1 " } },
  "a value that is refused": { headers: { "x-one": "1\n2" } },
  "a name that is refused": { headers: { "x one": "1" } },
  "a value that is no string": { headers: { "x-one": 1 as unknown as string } },
};

describe("a light Response is like a native one", () => {
  for (const [body, makeBody] of Object.entries(BODIES)) {
    it.each(Object.entries(INITS))(`made of ${body} and %s`, async (_name, init) => {
      const light = await seen(() => new Light(makeBody(), init));
      expect(light).toEqual(await seen(() => new Native.Response(makeBody(), init)));
      if ("threw" in light) return;
      // What crosses without a look at the response must say the same.
      const parts = (new Light(makeBody(), init) as unknown as LightResponse)[responseParts]();
      if (parts) expect(headerPairs(parts[2]).sort()).toEqual(light.headers.sort());
    });
  }

  it.each([[{ a: 1 }], [null], ["text"], [undefined], [() => 1]])("json(%s)", async (data) => {
    for (const init of [undefined, { status: 201, headers: { "content-type": "x/y", a: "b" } }]) {
      const light = await seen(() => Light.json(data, init));
      expect(light).toEqual(await seen(() => Native.Response.json(data, init)));
    }
  });

  it("keeps later changes of its headers", async () => {
    const response = new Light("text");
    response.headers.append("x-late", "1");
    expect(response.headers.get("x-late")).toBe("1");
    expect((response as unknown as LightResponse)[responseParts]()).toBeUndefined();
  });

  it("took a copy of its bytes", async () => {
    const bytes = new Uint8Array([104, 105]);
    const response = new Light(bytes);
    bytes.fill(0);
    expect(await response.text()).toBe("hi");
  });

  it("is an instance of both classes, as native ones are", () => {
    expect(new Light("x")).toBeInstanceOf(Native.Response);
    expect(new Light("x")).toBeInstanceOf(Light);
    expect(new Native.Response("x")).toBeInstanceOf(Light);
    expect({}).not.toBeInstanceOf(Light);
  });

  it("can be the pattern of another", async () => {
    const first = new Light("x", { status: 202, headers: { "x-one": "1" } });
    for (const Class of [Light, Native.Response]) {
      const second = new Class(first.clone().body, first);
      expect([second.status, second.headers.get("x-one"), await second.text()]).toEqual([
        202,
        "1",
        "x",
      ]);
    }
  });
});

describe("a light Request is like a native one", () => {
  const globals = { Request, Response, fetch };
  installLightFetch();
  const Patched = globalThis.Request;
  const patchedFetch = globalThis.fetch;
  Object.assign(globalThis, globals);

  const JSON_BODY = '{"a":[1,2]}';
  const HEADERS = ["content-type", "application/json", "x-one", "1"];
  const bytesOf = (text: string) => new TextEncoder().encode(text).buffer as ArrayBuffer;
  const light = (text?: string, method = "POST") =>
    (Patched as unknown as { [makeRequest](...args: unknown[]): Request })[makeRequest](
      method,
      "http://x.test/a?b",
      HEADERS,
      text === undefined ? undefined : bytesOf(text),
    );
  const native = (text?: string, method = "POST") =>
    new Native.Request("http://x.test/a?b", {
      method,
      headers: { "content-type": "application/json", "x-one": "1" },
      ...(text !== undefined && { body: text }),
    });

  it.each(["json", "text", "arrayBuffer", "bytes", "blob", "formData"] as const)(
    "%s()",
    async (read) => {
      const results = [light(JSON_BODY), native(JSON_BODY)].map(async (request) => {
        const read1 = await request[read]().then(plain, (error: Error) => error.name);
        const read2 = await request[read]().then(plain, (error: Error) => error.name);
        return [read1, read2, request.bodyUsed];
      });
      const [ours, theirs] = await Promise.all(results);
      expect(ours).toEqual(theirs);
    },
  );

  it("has the same fields", () => {
    const fields = [
      "method",
      "url",
      "mode",
      "credentials",
      "cache",
      "redirect",
      "referrer",
      "bodyUsed",
    ];
    for (const text of [undefined, JSON_BODY]) {
      for (const field of fields as (keyof Request)[]) {
        expect([field, light(text)[field]]).toEqual([field, native(text)[field]]);
      }
      expect([...light(text).headers]).toEqual([...native(text).headers]);
      expect(light(text).body === null).toBe(native(text).body === null);
    }
  });

  it("is an instance of Request, as native ones are", () => {
    expect(light()).toBeInstanceOf(Native.Request);
    expect(light()).toBeInstanceOf(Patched);
    expect(new Native.Request("http://x.test")).toBeInstanceOf(Patched);
  });

  it("can be cloned, copied and fetched", async () => {
    expect(await light(JSON_BODY).clone().json()).toEqual({ a: [1, 2] });
    const copy = new Patched(light(JSON_BODY), { headers: { "x-two": "2" } });
    expect([copy.method, copy.headers.get("x-two"), await copy.text()]).toEqual([
      "POST",
      "2",
      JSON_BODY,
    ]);
    const server = createServer((request, response) => void request.pipe(response)).listen(0);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const target = new Patched(`http://127.0.0.1:${port}/`, light(JSON_BODY));
    expect(await (await patchedFetch(target)).text()).toBe(JSON_BODY);
    server.close();
  });
});

async function plain(value: unknown): Promise<unknown> {
  if (value instanceof Blob) return [value.type, await value.text()];
  if (value instanceof ArrayBuffer) return [...new Uint8Array(value)];
  return value instanceof Uint8Array ? [...value] : value;
}
