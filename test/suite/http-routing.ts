import { assert } from "chai";
import { topic } from "./case.ts";
import { request } from "./trial.ts";

interface Seen {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

const seen = async (response: Response) => (await response.json()) as Seen;

export const prefixes = topic("prefixes", {
  "the longest prefix wins": async (trial) => {
    const outer = await trial.run("whoAmI");
    const inner = await trial.run("whoAmI", { routePrefix: `${outer.prefix}/inner` });
    for (const [path, name] of [
      ["/x", outer.name],
      ["/inner", inner.name],
      ["/inner/x", inner.name],
      ["/innermost", outer.name],
    ] as const) {
      const { application } = (await (await outer.fetch(path)).json()) as Record<string, string>;
      assert.equal(application, name, path);
    }
  },

  "a prefix ends where a segment does": async (trial) => {
    const { prefix, fetch } = await trial.run("mirror");
    assert.equal((await trial.serve.fetch(request(`${prefix}x`))).status, 404);
    assert.equal((await fetch("?query")).status, 200);
  },

  "the prefix is taken off the URL": async (trial) => {
    const { prefix, fetch } = await trial.run("mirror");
    for (const [path, shown] of [
      ["", "/"],
      ["/", "/"],
      ["?a=1", "/?a=1"],
      ["/a/?b=/c", "/a/?b=/c"],
    ]) {
      const { url, headers } = await seen(await fetch(path as string));
      assert.equal(url, `http://suite.test${shown}`);
      assert.equal(headers["x-forwarded-prefix"], prefix);
    }
  },

  "a client can't name its own prefix": async (trial) => {
    const { prefix, fetch } = await trial.run("mirror");
    const { headers } = await seen(await fetch("/", { headers: { "x-forwarded-prefix": "/x" } }));
    assert.equal(headers["x-forwarded-prefix"], prefix);
  },
});

export const ownRoutes = topic("own routes", {
  "healthz says whether anything is served": async (trial) => {
    await trial.run("adder");
    const response = await trial.serve.fetch(request("/-/healthz"));
    assert.equal(response.status, 200);
    assert.equal(await response.text(), "success");
    assert.isNotEmpty(response.headers.get("x-request-id"));
    assert.equal((await trial.serve.fetch(request("/-/healthz", { method: "HEAD" }))).status, 200);
  },

  "healthz allows GET and HEAD only": async (trial) => {
    const response = await trial.serve.fetch(request("/-/healthz", { method: "POST" }));
    assert.equal(response.status, 405);
    assert.equal(response.headers.get("allow"), "GET, HEAD");
  },

  "routes lists the prefixes": async (trial) => {
    const { name, prefix } = await trial.run("adder");
    const listed = await (await trial.serve.fetch(request("/-/routes"))).json();
    assert.propertyVal(listed, prefix, name);
  },

  "nothing else is under /-/": async (trial) => {
    const response = await trial.serve.fetch(request("/-/secrets"));
    assert.equal(response.status, 404);
  },
});
