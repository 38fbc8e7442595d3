import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { node } from "../adapters/node/index.ts";
import { createServe } from "../src/index.ts";
import app, { type Crashing } from "./fixtures/crashing.ts";

const serve = createServe(node());
const module = new URL("./fixtures/crashing.ts", import.meta.url);
const crashing = () => serve.handle<Crashing>("default/Crashing");

beforeAll(async () => {
  await serve.run(app, { module });
});
afterAll(() => serve.shutdown());

describe("a worker thread that crashes", () => {
  it.each([
    ["process.exit(3)", () => crashing().exit(3), "exited with code 3"],
    ["process.exit(0)", () => crashing().exit(0), "exited with code 0"],
    ["an error in a timer", () => crashing().throwLater(), "RangeError: thrown in a timer"],
    ["an unhandled rejection", () => crashing().rejectLater(), "rejected, and nobody listens"],
  ])("%s rejects its calls, says why in the status, and is replaced", async (_way, crash, why) => {
    await expect(crash()).rejects.toMatchObject({ code: "REPLICA_DIED" });
    await expect.poll(() => serve.status().applications["default"]?.message).toContain(why);
    expect(await crashing().alive()).toBe("alive");
  });

  it("a stack overflow is an error, not a death", async () => {
    await expect(crashing().overflow()).rejects.toBeInstanceOf(RangeError);
    expect(await crashing().alive()).toBe("alive");
  });
});
