import type { Browser } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startNode } from "./node-host.ts";
import { startSite } from "./site-host.ts";
import { drawSeven, launch, untilWinner, type Visit, visit } from "./visitor.ts";
import { startWorkerd } from "./workerd-host.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

describe.each([
  ["Node.js", startNode, false],
  ["workerd", startWorkerd, false],
  ["Browser", startSite, true],
])("the page that runs in %s", (name, start, goesOnAlone) => {
  let host: { readonly url: string; stop(): Promise<unknown> };
  let visitor: Visit;
  beforeAll(async () => {
    host = await start();
    visitor = await visit(browser, host.url);
  }, 60_000);
  afterAll(async () => {
    await visitor.page.context().close();
    await host.stop();
  });

  it("reads a seven that the mouse draws", async () => {
    const { page } = visitor;
    await drawSeven(page);
    await untilWinner(page, 7);
    expect(await page.locator("#bars li").count()).toBe(10);
    expect(await page.locator("#certainty").textContent()).toMatch(/^>?\d+\.\d% sure$/);
    expect(await page.locator("#runtime").textContent()).toBe(name);
    expect(await page.locator("#backend").textContent()).toBe("WebAssembly");
    expect(await page.locator("#latency").textContent()).toMatch(/^[\d.]+ ms$/);
  });

  it("clears the sheet", async () => {
    const { page } = visitor;
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByText("Nothing drawn yet").waitFor();
    expect(await page.locator(".winner").count()).toBe(0);
  });

  it("can be used by the keyboard alone", async () => {
    const { page } = visitor;
    await page.getByRole("button", { name: "Draw a 2" }).focus();
    for (const key of ["Tab", "Enter"]) await page.keyboard.press(key);
    await untilWinner(page, 3);
    await page.keyboard.press("Escape");
    await page.getByText("Nothing drawn yet").waitFor();
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])("reads the example of a %i", async (digit) => {
    const { page } = visitor;
    await page.getByRole("button", { name: `Draw a ${digit}` }).click();
    await untilWinner(page, digit);
  });

  it("complained of nothing", () => {
    expect(visitor.complaints).toEqual([]);
  });

  it.skipIf(goesOnAlone)("says so when its server is gone", async () => {
    const { page } = visitor;
    await page.getByRole("button", { name: "Clear" }).click();
    await host.stop();
    await drawSeven(page);
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").textContent()).toBe(
      "No answer. Does the server still run?",
    );
  });
});
