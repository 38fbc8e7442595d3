import { afterAll, describe, expect, it } from "vitest";
import { node } from "../adapters/node/index.ts";
import { createServe, type Handle } from "../src/index.ts";
import { environment } from "./fixtures/apps.ts";
import type { Environment } from "./fixtures/lifecycle.ts";

const serve = createServe(node());
const module = `${new URL("./fixtures/apps.ts", import.meta.url).href}#environment`;
afterAll(() => serve.shutdown());

const run = (env: Record<string, string>): Promise<Handle<Environment>> =>
  serve.run(environment, { module, deployments: { Environment: { runtimeEnv: { env } } } });

describe("runtimeEnv", () => {
  it("is in process.env of the replica's thread, besides what the host has there", async () => {
    const handle = await run({ SUITE_MODE: "loud" });
    expect(await handle.variable("SUITE_MODE")).toBe("loud");
    expect(await handle.variable("PATH")).toBe(process.env["PATH"]);
    expect(process.env["SUITE_MODE"]).toBeUndefined();
  });

  it("goes before what the host has", async () => {
    const handle = await run({ PATH: "/nowhere" });
    expect(await handle.variable("PATH")).toBe("/nowhere");
    expect(process.env["PATH"]).not.toBe("/nowhere");
  });

  it("of nothing asks for nothing", async () => {
    const inline = { Environment: { isolation: "inline", runtimeEnv: { env: {} } } } as const;
    const handle = await serve.run(environment, {
      deployments: inline,
      name: "inline",
      routePrefix: "/inline",
    });
    expect(await handle.variable("PATH")).toBe(process.env["PATH"]);
  });
});
