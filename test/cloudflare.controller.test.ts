import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ControlledWorker } from "./workerd/controlled-worker.ts";

const worker = new ControlledWorker("controller.wrangler.json");

beforeAll(() => worker.listen(), 60_000);
afterAll(() => worker.close());

const COUNTER = "default/Counter";

/** Back to one replica of the version of the code, whatever the case before has declared. */
beforeEach(async () => {
  await worker.order({ hold: false, sick: "", unfit: false });
  await worker.put("default", { importPath: "#default" });
  await worker.settled();
}, 30_000);

describe("an evicted controller", () => {
  it("takes the replicas over as they are", async () => {
    const before = await worker.ask();
    await worker.order({ hold: true });
    await worker.evictController();
    expect(await worker.replicas("Counter")).toEqual([
      expect.objectContaining({ replicaId: before.replica, state: "RECOVERING" }),
    ]);
    const { count, replica } = await worker.ask();
    expect([count, replica]).toEqual([before.count + 1, before.replica]);
    await worker.order({ hold: false });
    await worker.settled();
    expect(await worker.replicas("Counter")).toEqual([
      expect.objectContaining({ replicaId: before.replica, state: "RUNNING" }),
    ]);
    expect((await worker.ask()).count).toBe(before.count + 2);
  });

  it("comes back with what was declared last", async () => {
    await worker.patch("default", { Counter: { numReplicas: 2, userConfig: { greeting: "hi" } } });
    await worker.settled();
    await worker.evictController();
    await worker.settled();
    expect(await worker.replicas("Counter")).toHaveLength(2);
    expect((await worker.ask("fresh after an eviction")).greeting).toBe("hi");
  });

  it("gives no replica the id of another", async () => {
    await worker.scale("Counter", 3);
    await worker.scale("Counter", 1);
    const [kept] = await worker.replicaIds("Counter");
    await worker.evictController();
    await worker.scale("Counter", 2);
    const ids = await worker.replicaIds("Counter");
    expect(ids).toContain(kept);
    expect(numberOf(ids[1])).toBeGreaterThan(numberOf(kept) + 2);
  });

  it("goes on with an update of its replicas", async () => {
    await worker.scale("Counter", 3);
    const before = await worker.replicaIds("Counter");
    await worker.patch("default", { Counter: { numReplicas: 3, version: "2" } });
    await worker.evictController();
    await worker.settled();
    const after = await worker.replicaIds("Counter");
    expect(after).toHaveLength(3);
    expect(after.filter((id) => before.includes(id))).toEqual([]);
  });

  it("is woken by its alarm, and finds out who is sick", async () => {
    await worker.patch("default", { Counter: { healthCheckPeriodMs: 500 } });
    await worker.settled();
    const { replica } = await worker.ask();
    await worker.order({ sick: replica });
    await worker.evictController();
    // No request, and nobody else, asks for it meanwhile.
    await expect.poll(() => worker.log(), { timeout: 20_000 }).toContain(`${replica} is sick`);
    await worker.order({ sick: "" });
    await worker.settled();
    expect(await worker.replicaIds("Counter")).not.toContain(replica);
  }, 40_000);
});

describe("a change", () => {
  it("of the replica count reaches an isolate that has an older table", async () => {
    await worker.ask("a");
    await worker.scale("Counter", 3);
    const met = new Set<string>();
    await expect
      .poll(async () => met.add((await worker.ask("a")).replica).size, { timeout: 10_000 })
      .toBe(3);
  });

  it("of userConfig reaches replicas in objects, without a restart", async () => {
    const { replica } = await worker.ask("b");
    await worker.patch("default", { Counter: { userConfig: { greeting: "good day" } } });
    await worker.settled();
    expect(await worker.ask("b")).toMatchObject({ greeting: "good day", replica });
  });

  it("of userConfig reaches the inline replicas of each isolate", async () => {
    await worker.ask("c");
    await worker.ask("d");
    await worker.patch("default", { Front: { userConfig: { greeting: "good day" } } });
    for (const name of ["c", "d"]) {
      await expect
        .poll(() => worker.ask(name), { timeout: 5_000 })
        .toMatchObject({
          front: "good day",
        });
    }
  });

  it("that an inline deployment refuses reaches no isolate, and is taken back", async () => {
    await worker.ask("e");
    await worker.patch("default", { Front: { userConfig: { greeting: "refused" } } });
    await expect
      .poll(() => worker.deployment("Front"))
      .toMatchObject({
        status: "HEALTHY",
        message: expect.stringContaining("rolled back"),
      });
    expect(await worker.ask("e")).toMatchObject({ front: "hello" });
    expect(await worker.ask("fresh after a rollback")).toMatchObject({ front: "hello" });
    expect(await worker.config("default")).not.toHaveProperty("deployments");
  });

  it("of the whole target state deletes what it does not list", async () => {
    await worker.ask("f");
    await worker.admin("/applications", { method: "DELETE" });
    await expect.poll(() => worker.status("f"), { timeout: 5_000 }).toBe(404);
    // A new version of the script would not bring it back either.
    await worker.evictController();
    expect(await worker.status("fresh after a deletion")).toBe(404);
  });
});

describe("a rolling update", () => {
  it("loses no request, and no answer comes from a replica after its drain", async () => {
    await worker.patch("default", { Counter: { numReplicas: 3 } });
    await worker.settled();
    const load = worker.load(["g", "h"], 6);
    const old = await worker.replicaIds("Counter");
    await worker.patch("default", { Counter: { version: "2" } });
    await worker.settled();
    const drained = load.answers.length;
    await expect.poll(() => load.answers.length, { timeout: 20_000 }).toBeGreaterThan(drained + 60);
    const answers = await load.stop();
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    // What was under way when the last old one left may come later.
    const late = answers.slice(drained + 6).filter(({ replica }) => old.includes(replica));
    expect(late).toEqual([]);
  }, 30_000);

  it("to a version that does not start leaves the old one", async () => {
    const { replica } = await worker.ask();
    await worker.order({ unfit: true });
    await worker.patch("default", { Counter: { version: "3", maxConstructorRetries: 1 } });
    await expect
      .poll(() => worker.deployment("Counter"))
      .toMatchObject({
        status: "HEALTHY",
        message: expect.stringContaining("no weights"),
      });
    expect((await worker.ask()).replica).toBe(replica);
  });
});

describe("a replica's object", () => {
  it("starts again after an eviction with what the controller gave it last", async () => {
    await worker.ask("i");
    await worker.patch("default", { Counter: { userConfig: { greeting: "welcome" } } });
    await worker.settled();
    const [replica = ""] = await worker.replicaIds("Counter");
    await worker.evictReplica(replica);
    expect(await worker.ask("i")).toMatchObject({ greeting: "welcome", replica });
  });

  it("that was drained refuses for good: an old table's calls go elsewhere", async () => {
    const { replica: old } = await worker.ask("j");
    await worker.patch("default", { Counter: { version: "2" } });
    await worker.settled();
    const { replica } = await worker.ask("j");
    expect(replica).toBe((await worker.replicaIds("Counter"))[0]);
    expect(replica).not.toBe(old);
  });

  it("that dies loses the calls that run there, and is started again for the next", async () => {
    const { replica } = await worker.ask("k");
    const lost = worker.fetch("/?ms=5000", "k");
    await expect.poll(() => worker.ongoing()).toBe(1);
    await worker.kill(replica);
    expect((await lost).status).toBe(502);
    expect(await worker.ask("k")).toMatchObject({ count: 1, replica });
  });

  it("that does not start again is replaced", async () => {
    const { replica } = await worker.ask("l");
    await worker.order({ unfit: true });
    await worker.kill(replica);
    const waiting = worker.ask("l");
    await expect.poll(() => worker.log()).toContain(`${replica} died and is replaced: no weights`);
    await worker.order({ unfit: false });
    expect((await waiting).replica).not.toBe(replica);
  }, 20_000);
});

describe("a state that can't be read", () => {
  const damage = [
    ["of a newer isoserve", JSON.stringify({ format: 99 }), "it is of a newer isoserve (format 99"],
    ["damaged", "{", "it is damaged"],
  ] as const;
  it.each(damage)("(%s) is refused and left alone", async (what, text, problem) => {
    await worker.ask("m");
    const before = await worker.writeTarget(text);
    await worker.evictController();
    const refusal = await worker.admin("/status");
    expect(refusal.status).toBe(500);
    expect(await refusal.json()).toMatchObject({
      code: "STATE_UNREADABLE",
      detail: expect.stringContaining(problem),
    });
    // Who knows the replicas goes on; who does not says so.
    expect(await worker.status("m")).toBe(200);
    const unknown = await worker.fetch("/", `fresh while ${what}`);
    expect(unknown.status).toBe(503);
    expect(await unknown.text()).toContain("the controller can't be asked who serves");
    expect(await worker.readTarget()).toBe(text);
    await worker.writeTarget(before);
    await expect.poll(() => worker.status(`fresh while ${what}`)).toBe(200);
  });
});

describe("the admin API", () => {
  const get = (isolate: string, token?: string) =>
    worker.fetch("/api/serve/status", isolate, {
      ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
    });

  it("wants the token", async () => {
    expect((await get("", "secret")).status).toBe(200);
    expect((await get("")).status).toBe(401);
    expect((await get("", "guess")).status).toBe(401);
  });

  it.each(["without a token", "with an empty token"])(
    "refuses everybody where the Worker is %s",
    async (isolate) => {
      for (const token of ["secret", "", undefined]) {
        expect((await get(isolate, token)).status).toBe(401);
      }
      expect(worker.log()).toContain("it is empty: no request of the admin API is served");
      expect(await worker.status(isolate)).toBe(200);
    },
  );

  it("tells the log where the token is none that a header can carry", async () => {
    expect((await get("with a bad token", "not a token")).status).toBe(503);
    expect(worker.log()).toContain("the token must hold letters, digits");
  });

  it("does not shut a Worker down", async () => {
    const refusal = await worker.admin("/shutdown", { method: "POST", body: "{}" });
    expect(refusal.status).toBe(501);
    expect(await worker.status("")).toBe(200);
  });
});

function numberOf(replicaId = ""): number {
  expect(replicaId).toContain(`${COUNTER}#`);
  return Number(replicaId.split("#")[1]);
}
