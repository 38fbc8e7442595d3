import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chromium } from "@playwright/test";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome-stable",
  "/usr/bin/google-chrome",
  "/snap/bin/chromium",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The Chromium to test with: `CHROMIUM_PATH`, one in the usual places, or Playwright's own. */
export function findChromium(): string | undefined {
  const given = process.env["CHROMIUM_PATH"];
  if (given) {
    if (existsSync(given)) return given;
    throw new Error(`CHROMIUM_PATH is ${given}, but no such file exists; correct or unset it`);
  }
  return [...PLACES, chromium.executablePath()].find((path) => existsSync(path));
}

/**
 * Finds a Chromium, or installs one: by Playwright, else, as root on Debian or Ubuntu, the distribution's package.
 *
 * @throws when neither works, saying what to install
 */
export function ensureChromium(): string {
  const found = findChromium();
  if (found) return found;
  console.log("No Chromium found: installing one for the tests.");
  attempt("npx", ["playwright", "install", "chromium"]);
  if (!findChromium() && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    attempt("apt-get", ["update"]);
    attempt("apt-get", ["install", "-y", "--no-install-recommends", "chromium"]);
  }
  const installed = findChromium();
  if (installed) return installed;
  throw new Error(
    "The tests need Chromium and could not install it. Install it (Debian, Ubuntu: apt-get install chromium; elsewhere: npx playwright install chromium) or set CHROMIUM_PATH to one.",
  );
}

/** What fails here shows in that there is still no Chromium. */
function attempt(command: string, args: readonly string[]): void {
  try {
    execFileSync(command, args, { stdio: "inherit" });
  } catch (error) {
    console.log(`${command} ${args.join(" ")} failed: ${(error as Error).message.split("\n")[0]}`);
  }
}
