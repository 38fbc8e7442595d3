import fc from "fast-check";

const CRLF = "\r\n";

/** One byte for each character. */
export const latin = (text: string) => Buffer.from(text, "latin1");

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
const junk = bytes.map((buffer) => buffer.toString("latin1"));
const line = junk.map((text) => text.replaceAll(/[\r\n]/g, "."));

const method = fc.constantFrom(
  ...["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PRI"],
  ...["PROPFIND", "QUERY", "get", "G ET", "", "__proto__", "M-SEARCH", "\u0000"],
);
const target = fc.oneof(
  fc.constantFrom(
    ...[
      "/",
      "/a/../../b",
      "/%2e%2e/%2f",
      "/%",
      "/%ff%fe",
      "/\u00ff\u00fe",
      "//",
      "///x",
      "/-/healthz",
    ],
    ...[
      "/-/../-/metrics",
      "/-/nothing",
      "*",
      "http://elsewhere/x",
      "http://",
      "https://[::1",
      "x:y",
    ],
    ...["localhost:80", "?", "#", "/?a=%zz&=&", "/a b", "/\u0000", "", `/${"a".repeat(9_000)}`],
  ),
  line.map((text) => `/${text}`),
);
const version = fc.constantFrom(
  ...[
    "HTTP/1.1",
    "HTTP/1.1",
    "HTTP/1.1",
    "HTTP/1.0",
    "HTTP/2.0",
    "HTTP/9.9",
    "http/1.1",
    "",
    "ICY",
  ],
);
const length = fc.constantFrom(
  "0",
  "5",
  "6",
  "-1",
  "1e3",
  "0x5",
  "99999999999",
  "9".repeat(40),
  "",
);
const header = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...["host: test", "host:", "host: a b", "host: test:99999", "host: [", "connection: close"],
      ...["connection: upgrade", "connection: keep-alive, x", "upgrade: websocket", "upgrade: h2c"],
      ...["sec-websocket-key: short", "sec-websocket-version: 13", "sec-websocket-version: 99"],
      ...["sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==", "sec-websocket-extensions: a; b=;"],
      ...["transfer-encoding: chunked", "transfer-encoding: chunked, gzip", "transfer-encoding: x"],
      ...["expect: 100-continue", "expect: nothing", "x-request-timeout-seconds: soon"],
      ...[
        "x-request-timeout-seconds: 1e9",
        "x-request-timeout-seconds: -1",
        "traceparent: 00-0-0-0",
      ],
      ...["content-encoding: br", "content-type: multipart/form-data", "x-serve-shard-key:", ": x"],
      ...[
        "x-request-id: \u00ff\u00fe",
        "__proto__: 1",
        "constructor: 1",
        "no colon",
        " folded",
        "a:\tb",
      ],
    ),
  },
  length.map((value) => `content-length: ${value}`),
  fc.tuple(fc.constantFrom("x-any", "cookie", "x-session-id"), line).map((pair) => pair.join(": ")),
);
const chunk = fc.oneof(
  fc.constantFrom(
    ...["5\r\nhello\r\n", "0\r\n\r\n", "5\r\nhel", "5\r\nhello world\r\n", "-1\r\nx\r\n"],
  ),
  fc.constantFrom(
    ...["ffffffffffffffff\r\n", "zz\r\n", "5;a=b\r\nhello\r\n", "0\r\nx: y\r\n\r\n", "\r\n"],
  ),
);
const body = fc.oneof(
  fc.constantFrom("", "hello", "hello world"),
  fc.array(chunk, { maxLength: 4 }).map((parts) => parts.join("")),
  junk,
);

/** Requests that are nearly right. */
const request = fc
  .tuple(method, target, version, fc.array(header, { maxLength: 6 }), body, fc.boolean())
  .map(([verb, path, protocol, headers, content, named]) =>
    [`${verb} ${path} ${protocol}`, ...(named ? ["host: test"] : []), ...headers, "", content].join(
      CRLF,
    ),
  );

/** What a client does once it has sent what it had to send. */
export type Ending = "waits" | "ends" | "leaves";

export interface Visit {
  readonly pieces: readonly Buffer[];
  readonly ending: Ending;
}

/** What comes by one connection: junk, requests that are nearly right or cut off, several at once, whole or in pieces. */
export function anyVisit(): fc.Arbitrary<Visit> {
  const sent = fc.oneof(
    { weight: 8, arbitrary: fc.array(request, { minLength: 1, maxLength: 3 }) },
    { weight: 1, arbitrary: junk.map((text) => [text]) },
  );
  return fc.record({
    pieces: fc
      .tuple(sent, fc.array(fc.nat(400), { maxLength: 3 }), fc.boolean())
      .map(([texts, cuts, whole]) => cut(latin(texts.join("")), cuts, whole)),
    ending: fc.constantFrom<Ending>("waits", "ends", "leaves"),
  });
}

/** @param whole false loses what comes after the last cut */
function cut(all: Buffer, cuts: readonly number[], whole: boolean): Buffer[] {
  const ends = [
    ...cuts.toSorted((a, b) => a - b),
    ...(whole || cuts.length === 0 ? [all.length] : []),
  ];
  return ends.map((end, at) => all.subarray(ends[at - 1] ?? 0, end));
}
