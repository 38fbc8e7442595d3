import { describe, expect, it } from "vitest";
import { cacheOf, settled, User, use } from "./keeper.ts";

const pending = Symbol("pending");
const now = (promise: Promise<unknown>) => Promise.race([promise, settled().then(() => pending)]);

describe("ModelCache", () => {
  it("loads a model once for all who ask", async () => {
    const made = cacheOf(2);
    const both = [made.cache.get("a", new User()), made.cache.get("a", new User())];
    await made.loaded("a");
    const [one, other] = await Promise.all(both);
    expect(one).toBe(other);
    expect(await made.cache.get("a", new User())).toBe(one);
    expect(made.log).toEqual(["load a"]);
  });

  it("loads different models at the same time, and says so before they are there", () => {
    const made = cacheOf(2);
    void made.cache.get("a", new User());
    void made.cache.get("b", new User());
    expect(made.log).toEqual(["load a", "load b"]);
    expect(made.held).toEqual(new Set(["a", "b"]));
  });

  it("evicts the least recently used, and loads only once that is disposed", async () => {
    const made = cacheOf(2);
    for (const modelId of ["a", "b", "a"]) (await use(made, modelId)).end();
    void made.cache.get("c", new User());
    await settled();
    expect(made.log).toEqual(["load a", "load b", "dispose b"]);
    await made.disposed("b");
    expect(made.log.at(-1)).toBe("load c");
    expect(made.held).toEqual(new Set(["a", "c"]));
  });

  it("keeps a model that a running call uses, also if it is the least recently used", async () => {
    const made = cacheOf(2);
    await use(made, "a");
    (await use(made, "b")).end();
    void made.cache.get("c", new User());
    await settled();
    expect(made.log.at(-1)).toBe("dispose b");
  });

  it("waits until a call ends where all models are in use", async () => {
    const made = cacheOf(1);
    const user = await use(made, "a");
    const waits = made.cache.get("b", new User());
    expect(await now(waits)).toBe(pending);
    expect(made.log).toEqual(["load a"]);
    user.end();
    await settled();
    await made.disposed("a");
    await made.loaded("b");
    expect(await waits).toMatchObject({ modelId: "b", disposed: false });
  });

  it("lets no model keep its place for ever: new calls for it wait behind", async () => {
    const made = cacheOf(1);
    const user = await use(made, "a");
    const first = made.cache.get("b", new User());
    const later = made.cache.get("a", new User());
    expect(await now(later)).toBe(pending);
    expect(made.held).toEqual(new Set());
    // The call that has it goes on with it.
    expect(await made.cache.get("a", user)).toMatchObject({ modelId: "a", disposed: false });
    user.end();
    await settled();
    await made.disposed("a");
    await made.loaded("b");
    expect(await first).toMatchObject({ modelId: "b" });
    expect(await now(later)).toBe(pending);
  });

  it("goes on with the model when nobody waits for its place any more", async () => {
    const made = cacheOf(1);
    const user = await use(made, "a");
    const gone = new User();
    const waits = made.cache.get("b", gone);
    const later = made.cache.get("a", new User());
    gone.cancel("left");
    await expect(waits).rejects.toBe("left");
    expect(await later).toMatchObject({ modelId: "a" });
    expect(made.held).toEqual(new Set(["a"]));
    user.end();
    await settled();
    expect(made.log).toEqual(["load a"]);
  });

  it("holds the model again as soon as nobody waits for its place", async () => {
    const made = cacheOf(1);
    await use(made, "a");
    const gone = new User();
    const waits = made.cache.get("b", gone);
    expect(made.held).toEqual(new Set());
    gone.cancel("left");
    await expect(waits).rejects.toBe("left");
    expect(made.held).toEqual(new Set(["a"]));
  });

  it("keeps nothing of a load that failed", async () => {
    const made = cacheOf(1);
    const failed = [made.cache.get("a", new User()), made.cache.get("a", new User())];
    const waits = made.cache.get("b", new User());
    made.loads.get("a")?.reject(new Error("no such file"));
    for (const one of failed) await expect(one).rejects.toThrow("no such file");
    expect(made.held).toEqual(new Set(["b"]));
    await made.loaded("b");
    expect(await waits).toMatchObject({ modelId: "b" });
    void made.cache.get("a", new User());
    await settled();
    expect(made.log).toEqual(["load a", "load b"]);
  });

  it("loads again what failed before", async () => {
    const made = cacheOf(1);
    const failed = made.cache.get("a", new User());
    made.loads.get("a")?.reject(new Error("no such file"));
    await expect(failed).rejects.toThrow("no such file");
    await use(made, "a");
    expect(made.log).toEqual(["load a", "load a"]);
  });

  it("goes on loading when a caller leaves, for the others and for later", async () => {
    const made = cacheOf(1);
    const [gone, stays] = [new User(), new User()];
    const left = made.cache.get("a", gone);
    const waits = made.cache.get("a", stays);
    gone.cancel("left");
    await expect(left).rejects.toBe("left");
    await made.loaded("a");
    expect(await waits).toMatchObject({ modelId: "a" });
    expect(made.log).toEqual(["load a"]);
  });

  it("loads nothing for a call that was cancelled already", async () => {
    const made = cacheOf(1);
    (await use(made, "a")).end();
    const gone = new User();
    gone.cancel("left");
    await expect(made.cache.get("b", gone)).rejects.toBe("left");
    expect(await made.cache.get("a", gone)).toMatchObject({ modelId: "a" });
    expect(made.log).toEqual(["load a"]);
  });

  it("is in use until a cancelled call's code has ended", async () => {
    const made = cacheOf(1);
    const user = await use(made, "a");
    user.cancel("left");
    void made.cache.get("b", new User());
    await settled();
    expect(made.log).toEqual(["load a"]);
    user.end();
    await settled();
    expect(made.log).toEqual(["load a", "dispose a"]);
  });

  it("loads for nobody's call, and keeps that as long as there is room", async () => {
    const made = cacheOf(1);
    const loads = made.cache.get("a", undefined);
    await made.loaded("a");
    expect(await loads).toMatchObject({ modelId: "a" });
    void made.cache.get("b", new User());
    await settled();
    expect(made.log).toEqual(["load a", "dispose a"]);
  });

  it("waits for one that is being disposed before it loads it again", async () => {
    const made = cacheOf(1);
    (await use(made, "a")).end();
    void made.cache.get("b", new User());
    const again = made.cache.get("a", new User());
    await settled();
    await made.disposed("a");
    await made.loaded("b");
    expect(await now(again)).toBe(pending);
    expect(made.log).toEqual(["load a", "dispose a", "load b"]);
  });

  it("refuses one model more where that call holds all places", async () => {
    const made = cacheOf(1);
    const user = await use(made, "a");
    await expect(made.cache.get("b", user)).rejects.toMatchObject({
      code: "INVALID_APPLICATION",
      message:
        "app/d#1: no place for the model b: the call uses 1 already (maxModels); raise maxModels, or use fewer in a call",
    });
    user.end();
    const next = made.cache.get("b", new User());
    await settled();
    await made.disposed("a");
    await made.loaded("b");
    expect(await next).toMatchObject({ modelId: "b" });
  });

  it("refuses the last of calls that would wait for each other for ever", async () => {
    const made = cacheOf(2);
    const [one, two] = [await use(made, "a"), await use(made, "b")];
    const waits = made.cache.get("c", one);
    expect(await now(waits)).toBe(pending);
    await expect(made.cache.get("d", two)).rejects.toMatchObject({
      code: "BACKPRESSURE",
      message:
        "app/d#1: no place for the model d: all 2 (maxModels) are used by calls that wait for another one; raise maxModels",
    });
    two.end();
    await settled();
    await made.disposed("b");
    await made.loaded("c");
    expect(await waits).toMatchObject({ modelId: "c" });
  });

  it("sees that calls would wait for ever also once a model is loaded", async () => {
    const made = cacheOf(1);
    const user = new User();
    const first = made.cache.get("a", user);
    const second = expect(made.cache.get("b", user)).rejects.toMatchObject({
      code: "INVALID_APPLICATION",
    });
    await made.loaded("a");
    expect(await first).toMatchObject({ modelId: "a" });
    await second;
  });

  it("does not wait for calls where it can't be known which of them asks", async () => {
    const made = cacheOf(1);
    const user = await use(made, "a");
    await expect(made.cache.get("b", undefined)).rejects.toMatchObject({
      code: "BACKPRESSURE",
      message: expect.stringContaining("ask before the first await"),
    });
    user.end();
    const loads = made.cache.get("b", undefined);
    await settled();
    await made.disposed("a");
    await made.loaded("b");
    expect(await loads).toMatchObject({ modelId: "b" });
  });

  it("disposes all at its end, those that are being loaded too, and takes no more", async () => {
    const made = cacheOf(3);
    const user = await use(made, "a");
    const loading = made.cache.get("b", user);
    const failing = made.cache.get("c", user);
    const waits = made.cache.get("d", new User());
    const closed = made.cache.close();
    await expect(waits).rejects.toMatchObject({ code: "UNAVAILABLE" });
    made.loads.get("c")?.reject(new Error("no such file"));
    await expect(failing).rejects.toThrow("no such file");
    await made.loaded("b");
    await loading;
    expect(made.log).toEqual(["load a", "load b", "load c", "dispose a", "dispose b"]);
    await made.disposed("a");
    expect(await now(closed)).toBe(pending);
    await made.disposed("b");
    await closed;
    expect(made.held).toEqual(new Set());
    await expect(made.cache.get("a", user)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});
