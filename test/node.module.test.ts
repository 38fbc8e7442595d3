import { describe, expect, it } from "vitest";
import { node } from "../adapters/node/index.ts";
import { nodeModule, referenceOf } from "../adapters/node/node-module.ts";
import { createServe } from "../src/index.ts";
import { adder } from "./fixtures/apps.ts";

describe("a NodeModule", () => {
  it.each([
    ["file:///app.ts", { url: "file:///app.ts", exportName: "default", args: undefined }],
    [new URL("file:///app.ts#one"), { url: "file:///app.ts", exportName: "one", args: undefined }],
    [
      { module: "file:///app.ts#gr%C3%B6%C3%9Fe", args: [1] },
      { url: "file:///app.ts", exportName: "größe", args: [1] },
    ],
  ])("%s names an export and its args", (given, reference) => {
    expect(referenceOf(given)).toEqual(reference);
    expect(referenceOf(nodeModule(reference))).toEqual(reference);
  });

  it("must be a URL", async () => {
    const run = createServe(node()).run(adder, { module: "./fixtures/apps.ts" });
    await expect(run).rejects.toMatchObject({
      code: "INVALID_OPTION",
      message: expect.stringMatching(
        /^serve.run: option module must be a URL, as import.meta.resolve\(".\/app.ts"\) gives it; got ".\/fixtures\/apps.ts"$/,
      ),
    });
  });
});
