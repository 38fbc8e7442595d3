import { describe, expect, it } from "vitest";
import { bySpecificity, checkRoutePrefix, matchRoute } from "../../src/http/route-prefix.ts";

const routes = bySpecificity(
  ["/", "/a", "/a/b", "/ab", "/with.dots-and_more~"].map((prefix) => ({
    application: prefix,
    prefix,
    key: prefix,
  })),
);

describe("matchRoute", () => {
  it.each([
    ["/", "/"],
    ["/x", "/"],
    ["/a", "/a"],
    ["/a/", "/a"],
    ["/a/x", "/a"],
    ["/a/b", "/a/b"],
    ["/a/b/", "/a/b"],
    ["/a/b/c", "/a/b"],
    ["/a/bc", "/a"],
    ["/ab", "/ab"],
    ["/abc", "/"],
    ["/A", "/"],
    ["/with.dots-and_more~/x", "/with.dots-and_more~"],
    ["//a", "/"],
  ])("%s belongs to %s", (path, prefix) => {
    expect(matchRoute(routes, path)?.prefix).toBe(prefix);
  });

  it("finds nothing where nothing is served", () => {
    const some = routes.filter(({ prefix }) => prefix !== "/");
    expect(matchRoute(some, "/abc")).toBeUndefined();
    expect(matchRoute([], "/")).toBeUndefined();
  });
});

describe("checkRoutePrefix", () => {
  it.each(["/", "/a", "/a/b", "/v1.2/~me", "/%C3%BC"])("takes %s", (prefix) => {
    expect(() => checkRoutePrefix(prefix)).not.toThrow();
  });

  it.each(["", "a", "/a/", "//", "/a//b", "/a b", "/a?b", "/a#b", "/-", "/-/x", null, 7])(
    "refuses %j",
    (prefix) => {
      expect(() => checkRoutePrefix(prefix)).toThrow(
        expect.objectContaining({
          code: "INVALID_OPTION",
          message: expect.stringContaining(`got ${JSON.stringify(prefix)}`),
        }),
      );
    },
  );
});
