import type { Browser } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SAMPLES } from "./samples.ts";
import { type SiteHost, startSite } from "./site-host.ts";
import { launch, predictInPage, untilReady, type Visit, visit } from "./visitor.ts";

const seven = SAMPLES[7]?.png ?? new Uint8Array();
const answered = (backend: string) => ({
  status: 200,
  requestId: expect.stringMatching(/./),
  answer: expect.objectContaining({ digit: 7, backend }),
});

describe("the demo that runs in the browser", () => {
  let browser: Browser;
  let site: SiteHost;
  let visitor: Visit;
  beforeAll(async () => {
    [browser, site] = await Promise.all([launch("--enable-unsafe-webgpu"), startSite()]);
    visitor = await visit(browser, site.url);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await site.stop();
  });

  it("computes by WebAssembly where the only WebGPU adapter is a software one", async () => {
    expect(await predictInPage(visitor.page, seven)).toEqual(answered("wasm"));
  });

  it("goes on after a hard reload, which passes the Service Worker by", async () => {
    const { page } = visitor;
    const devTools = await page.context().newCDPSession(page);
    await devTools.send("Page.reload", { ignoreCache: true });
    await page.waitForLoadState();
    await untilReady(page);
    expect(await predictInPage(page, seven)).toEqual(answered("wasm"));
  });

  it("asks its server for no prediction", () => {
    expect(site.asked).toContain("/");
    expect(site.asked).not.toContain("/predict");
  });

  it("goes on when its server is gone", async () => {
    await site.stop();
    await expect(fetch(site.url)).rejects.toThrow();
    expect(await predictInPage(visitor.page, seven)).toEqual(answered("wasm"));
  });

  it("comes back from a reload without its server", async () => {
    const { page } = visitor;
    await page.reload();
    await untilReady(page);
    expect(await predictInPage(page, seven)).toEqual(answered("wasm"));
  });

  it("goes on in one tab when another is closed", async () => {
    const tab = await visitor.page.context().newPage();
    await tab.goto(site.url);
    await untilReady(tab);
    await visitor.page.close();
    expect(await predictInPage(tab, seven)).toEqual(answered("wasm"));
  });

  it("complained of nothing", () => {
    expect(visitor.complaints).toEqual([]);
  });
});

describe("where WebGPU is granted", () => {
  /** Chromium has no other adapter without a graphics card: it is passed off as one. */
  const PASS_OFF =
    "Object.defineProperty(GPUAdapterInfo.prototype, 'isFallbackAdapter', { value: false });";
  let browser: Browser;
  let site: SiteHost;
  beforeAll(async () => {
    [browser, site] = await Promise.all([launch("--enable-unsafe-webgpu"), startSite(PASS_OFF)]);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await site.stop();
  });

  it("computes by WebGPU", async () => {
    const { page } = await visit(browser, site.url);
    expect(await predictInPage(page, seven)).toEqual(answered("webgpu"));
  }, 90_000);
});
