import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "@playwright/test";
import { build, type InlineConfig, type PreviewServer, preview } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium } from "../scripts/chromium.ts";
import type { Site } from "./fixtures/site/site.ts";

const root = fileURLToPath(new URL("./fixtures/site/", import.meta.url));

let outDir: string;
let server: PreviewServer;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), "isoserve-site-"));
  const config: InlineConfig = {
    root,
    configFile: false,
    logLevel: "warn",
    preview: { host: "127.0.0.1", port: 0 },
    worker: { format: "es", rolldownOptions: { output: { keepNames: true } } },
    build: {
      outDir,
      emptyOutDir: true,
      target: "es2024",
      rolldownOptions: {
        input: [`${root}index.html`, `${root}service-worker.ts`],
        output: { keepNames: true, entryFileNames: "[name].js" },
      },
    },
  };
  await build(config);
  server = await preview(config);
  const executablePath = findChromium();
  browser = await chromium.launch({ ...(executablePath && { executablePath }) });
  page = await browser.newPage();
  await page.goto(server.resolvedUrls?.local[0] ?? "");
  await page.waitForFunction(() => "site" in globalThis);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await rm(outDir, { recursive: true });
});

declare const site: Site;

describe("cancellableFetch", () => {
  it("cancels what a Service Worker answers, before its answer has begun", async () => {
    await page.evaluate(() => site.begin("cancellable", "before"));
    await page.evaluate(() => site.abort("enough"));
    expect(await page.evaluate(() => site.settled())).toBe("enough");
    const noted = "aborted before: AbortError: the page aborted its request";
    await page.evaluate((entry) => site.gate.noted(entry), noted);
  });

  it("gives an answer like fetch", async () => {
    await page.evaluate(() => site.begin("cancellable", "whole"));
    await page.evaluate(async () => await site.gate.open("whole"));
    expect(await page.evaluate(() => site.settled())).toBe("answered 204");
  });
});

describe("a Service Worker", () => {
  it("that the browser stops leaves no calls behind, and answers when it is started again", async () => {
    await page.evaluate(() => site.begin("plain", "stopped"));
    const devTools = await page.context().newCDPSession(page);
    await devTools.send("ServiceWorker.enable");
    await devTools.send("ServiceWorker.stopAllWorkers");
    const aborted = "aborted stopped: CANCELLED";
    await page.evaluate(async (entry) => await site.gate.noted(entry), aborted);
    await page.evaluate(() => site.begin("plain", "again"));
    await page.evaluate(async () => await site.gate.open("again"));
    expect(await page.evaluate(() => site.settled())).toBe("answered 204");
  });
});
