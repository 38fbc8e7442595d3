import fc from "fast-check";
import { expect, it } from "vitest";
import { configFile } from "../../adapters/node/config/config-file.ts";
import { configProblems, parseTarget } from "../../src/config/parse-target.ts";
import { ServeError } from "../../src/errors.ts";

/** Documents that are nearly right: known fields with values of any kind. */
const document = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true }),
    fc.constantFrom("a", "/a", "/", "./app.ts", 0, 1, 100, [], {}),
    tie("object"),
    fc.array(tie("object"), { maxLength: 3 }),
  ),
  object: fc.dictionary(
    fc.constantFrom(
      ...["applications", "name", "routePrefix", "importPath", "args", "deployments", "traffic"],
      ...["httpOptions", "tls", "port", "numReplicas", "userConfig", "weights", "__proto__", "x"],
    ),
    tie("any"),
    { maxKeys: 5 },
  ),
})).object;

it("either is a target or a list of problems, whatever a document is", () => {
  fc.assert(
    fc.property(document, (given) => {
      const problems = configProblems(given);
      try {
        expect(parseTarget(given).applications).toBeInstanceOf(Array);
        expect(problems).toEqual([]);
      } catch (error) {
        expect(error).toMatchObject({ code: "INVALID_CONFIG", cause: problems });
        expect(problems.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 500 },
  );
});

it("fails by line and column only, whatever a file holds", () => {
  const token = fc.constantFrom(
    ...["applications", "name", ":", ": ", "- ", "\n", "\n  ", "{", "}", "[", "]", ",", '"', "'"],
    ...[
      "&a ",
      "*a",
      "!!map ",
      "? ",
      "| ",
      "> ",
      "# ",
      "---\n",
      "%YAML 1.2\n",
      "<<",
      "\t",
      "1",
      "ü",
    ],
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(token, { maxLength: 30 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, (given) => {
      try {
        configFile("f", given);
      } catch (error) {
        expect(error).toBeInstanceOf(ServeError);
        for (const line of (error as ServeError).message.split("\n")) {
          expect(line).toMatch(/^f:[1-9]\d*:[1-9]\d* ./);
        }
      }
    }),
    { numRuns: 2000 },
  );
});
