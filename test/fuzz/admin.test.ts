import fc from "fast-check";
import { afterAll, expect, it, vi } from "vitest";
import { memory } from "../../adapters/memory/index.ts";
import { createServe, deployment, split } from "../../src/index.ts";
import { AdminClient } from "../http/admin-client.ts";

/** `npm run soak` asks fifty times as much. */
const RUNS = process.env["ISOSERVE_SOAK"] === undefined ? 300 : 15_000;
const TIMEOUT_MS = RUNS * 200;

class Greeter {
  fetch(): string {
    return "hello";
  }
}

const arm = deployment(Greeter).bind();
const other = deployment(Greeter, { name: "Two" }).bind();
const weights = { one: 0.5, two: 0.5 };
const exports = {
  default: deployment(Greeter).bind(),
  arms: split({ one: arm, two: other }, { name: "Arms", weights }),
  built: (args: object) => deployment(Greeter, { name: Object.keys(args)[0] ?? "None" }).bind(),
};
const serve = createServe(memory({ exports }));
afterAll(() => serve.shutdown());

const known = fc.constantFrom("one", "two");
const odd = fc.constantFrom(
  "one",
  "two",
  "toString",
  "__proto__",
  "a b",
  "%",
  "%2e%2e",
  "\u00e9",
  "",
);
const name = fc.oneof({ weight: 4, arbitrary: known }, odd);
const deployed = fc.constantFrom("Greeter", "Two", "Arms", "constructor", "x");
const path = fc.oneof(
  fc.constantFrom(
    "",
    "/",
    "/applications",
    "/status",
    "/target",
    "/schema",
    "/shutdown/no",
    "//",
    "/x",
  ),
  fc.constant("/applications"),
  { weight: 4, arbitrary: name.map((one) => `/applications/${one}`) },
  fc.tuple(name, deployed).map(([one, two]) => `/applications/${one}/deployments/${two}/scale`),
  fc.tuple(name, deployed).map(([one, two]) => `/applications/${one}/splits/${two}/traffic`),
);
const method = fc.constantFrom(
  ...["GET", "PUT", "PUT", "PATCH", "PATCH", "POST", "POST", "DELETE", "HEAD", "OPTIONS"],
);
const any = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(0, 1, 2, -1, 1e9, 0.5, "x", "./app.ts", "./app.ts#arms", [], {}, null),
);
const fields = fc.dictionary(
  fc.constantFrom(
    ...["name", "routePrefix", "importPath", "args", "deployments", "traffic", "applications"],
    ...[
      "numReplicas",
      "weights",
      "shadow",
      "one",
      "two",
      "targetCapacity",
      "httpOptions",
      "__proto__",
    ],
    ...["userConfig", "maxOngoingRequests", "rollout", "autoscaling", "logging", "router"],
  ),
  any,
  { maxKeys: 4 },
);
const application = fc.tuple(
  fc.record(
    {
      routePrefix: fc.constantFrom("/", "/one", "/two", "/-"),
      importPath: fc.constantFrom("./app.ts", "./app.ts#arms", "./app.ts#built", "./app.ts#none"),
      deployments: fc.array(
        fields.map((more) => ({ name: "Greeter", ...more })),
        { maxLength: 2 },
      ),
    },
    { requiredKeys: ["importPath"] },
  ),
  fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, fields),
);
const document = application.map(([whole, more]) => ({ ...whole, ...more }));
const body = fc.oneof(
  document,
  fc.array(document, { maxLength: 2 }).map((applications) => ({ applications })),
  fc.oneof(fields, any),
  fc.constantFrom("{", '{"a":1}}', "\u0000", "[[[[", '"\ud800"', "null", ""),
);
const odds = fc.dictionary(
  fc.constantFrom("if-match", "if-none-match", "content-type", "host", "origin", "authorization"),
  fc.constantFrom("*", '"1"', "W/", '"', "application/json", "text/html", "x y", "Bearer x", ","),
  { maxKeys: 2 },
);
const headers = fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, odds);

it(
  "answers anything with what it did or what is wrong, and never with a failure of its own",
  async () => {
    const { declarations, status, shutdown } = serve;
    const admin = new AdminClient({}, { declarations, status, shutdown });
    const logged = vi.spyOn(console, "error");
    await fc.assert(
      fc.asyncProperty(method, path, fc.option(body), headers, async (verb, where, sent, given) => {
        const bodiless = sent === null || verb === "GET" || verb === "HEAD";
        const asked = { headers: given, ...(bodiless ? {} : { body: sent }) };
        const answer = await admin.ask(verb, where, asked);
        expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(500);
        if (answer.status >= 400 && verb !== "HEAD") {
          expect(answer.body).toMatchObject({ status: answer.status, detail: expect.any(String) });
        }
      }),
      { numRuns: RUNS },
    );
    expect((await admin.ask("GET", "/status")).status).toBe(200);
    expect(logged.mock.calls.flat().filter((text) => String(text).includes("failed"))).toEqual([]);
  },
  TIMEOUT_MS,
);
