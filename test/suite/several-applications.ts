import { assert } from "chai";
import type { Descendant } from "../fixtures/composed.ts";
import { topic } from "./case.ts";
import { serveError } from "./failure.ts";
import { request, type Trial } from "./trial.ts";

/** What `Descendant` says of a request: its headers, and where its calls come from. */
interface Seen {
  readonly headers: Readonly<Record<string, string>>;
  readonly origins: readonly Readonly<Record<string, string>>[];
}

const seen = async (response: Response) => (await response.json()) as Seen;

/** An application that has the handle of another. */
async function acquainted(trial: Trial) {
  const [keeper, other] = [await trial.run("keeper"), await trial.run("descendants")];
  await keeper.handle.keep(other.handle);
  return { keeper, other };
}

export const severalApplications = topic("several applications", {
  "a replica calls another application by a handle that it was given earlier": async (trial) => {
    const { keeper, other } = await acquainted(trial);
    assert.equal(await keeper.handle.where(), other.name);
  },

  "it may give that handle away": async (trial) => {
    const { keeper, other } = await acquainted(trial);
    const given = await keeper.handle.give();
    assert.equal(await given.where(), other.name);
  },

  "streams go from one application through another": async (trial) => {
    const { keeper } = await acquainted(trial);
    const numbers: number[] = [];
    for await (const number of await keeper.handle.count(40)) numbers.push(number);
    assert.deepEqual(
      numbers,
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
  },

  "a request that is handed on keeps its id, its prefix, its route and its trace": async (
    trial,
  ) => {
    const { keeper } = await acquainted(trial);
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const own = { route: keeper.prefix, traceparent };
    const init = { headers: { traceparent, "x-request-id": "given" } };
    const response = await keeper.fetch("/page", init);
    assert.equal(response.headers.get("x-request-id"), "given");
    assert.deepEqual(await seen(response), { headers: own, origins: [own, own] });
  },

  "calls to an application that was deleted are refused": async (trial) => {
    const { keeper, other } = await acquainted(trial);
    assert.equal(await keeper.handle.where(), other.name);
    await trial.serve.delete(other.name);
    await serveError(keeper.handle.where(), "NOT_FOUND");
  },

  "and run again once there is one of that name": async (trial) => {
    const { keeper, other } = await acquainted(trial);
    await trial.serve.delete(other.name);
    await trial.run("descendants", { name: other.name, routePrefix: other.prefix });
    assert.equal(await keeper.handle.where(), other.name);
  },

  "deployments of one name in two applications are not mistaken for each other": async (trial) => {
    const [one, other] = [await trial.run("descendants"), await trial.run("descendants")];
    for (const { name } of [one, other]) {
      assert.equal(await trial.serve.handle<Descendant>(`${name}/Second`).where(), name);
    }
  },

  "an application under the prefix of another has all of its own": async (trial) => {
    const outer = await trial.run("descendants");
    const inner = await trial.run("descendants", { routePrefix: `${outer.prefix}/in/side` });
    for (const [path, prefix] of [
      ["/in/side/x", inner.prefix],
      ["/in/side", inner.prefix],
      ["/in/sidex", outer.prefix],
      ["/in", outer.prefix],
    ] as const) {
      const { headers, origins } = await seen(await outer.fetch(path));
      assert.equal(headers["route"], prefix, path);
      assert.equal(origins[0]?.["route"], prefix, path);
    }
  },

  "an application at / has what no other serves, and no prefix to tell of": async (trial) => {
    const [root, other] = [
      await trial.run("descendants", { routePrefix: "/" }),
      await trial.run("descendants"),
    ];
    const { headers, origins } = await seen(await trial.serve.fetch(request("/what/ever")));
    assert.isUndefined(headers["route"]);
    assert.equal(origins[1]?.["route"], root.prefix);
    assert.equal((await seen(await other.fetch("/x"))).headers["route"], other.prefix);
  },

  "under a prefix that is freed the outer application answers": async (trial) => {
    const outer = await trial.run("descendants");
    const inner = await trial.run("descendants", { routePrefix: `${outer.prefix}/in` });
    await trial.serve.delete(inner.name);
    const { headers } = await seen(await outer.fetch("/in/x"));
    assert.equal(headers["route"], outer.prefix);
  },
});
