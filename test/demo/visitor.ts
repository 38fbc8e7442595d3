import { type Browser, chromium, type Page } from "@playwright/test";
import { findChromium } from "../../scripts/chromium.ts";

export function launch(...args: string[]): Promise<Browser> {
  const executablePath = findChromium();
  return chromium.launch({
    ...(executablePath && { executablePath }),
    args: ["--disable-quic", "--disable-background-networking", ...args],
  });
}

/** A page of the demo, with what it complains of in the console. */
export interface Visit {
  readonly page: Page;
  readonly complaints: readonly string[];
}

/** Opens the demo in a profile of its own and waits until it can read digits. */
export async function visit(browser: Browser, url: string): Promise<Visit> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(url);
  await untilReady(page);
  return { page, complaints };
}

export async function untilReady(page: Page): Promise<void> {
  // Without a graphics card a model takes its time to be compiled.
  await page.getByText("Nothing drawn yet").waitFor({ timeout: 60_000 });
}

/** Draws a seven with the mouse. */
export async function drawSeven(page: Page): Promise<void> {
  const pad = await page.locator("#pad").boundingBox();
  if (!pad) throw new Error("the pad can't be seen");
  const move = (x: number, y: number) =>
    page.mouse.move(pad.x + pad.width * x, pad.y + pad.height * y, { steps: 10 });
  await move(0.3, 0.22);
  await page.mouse.down();
  await move(0.7, 0.2);
  await move(0.48, 0.8);
  await page.mouse.up();
}

/** The digit whose bar is highlighted, once the page has settled on the one that is expected. */
export async function untilWinner(page: Page, digit: number): Promise<void> {
  await page.locator(`.winner .name:text-is("${digit}")`).waitFor();
  await page.locator(`#digit:text-is("${digit}")`).waitFor();
}

/** Asks `/predict` from the page's own script. */
export function predictInPage(page: Page, png: Uint8Array) {
  return page.evaluate(
    async (bytes) => {
      const response = await fetch("/predict", { method: "POST", body: new Uint8Array(bytes) });
      return {
        status: response.status,
        requestId: response.headers.get("x-request-id"),
        answer: (await response.json()) as { digit: number; backend: string },
      };
    },
    [...png],
  );
}
