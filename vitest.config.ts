import { playwright } from "@vitest/browser-playwright";
import { configDefaults, defineConfig } from "vitest/config";
import { bundled } from "./scripts/bundled.ts";
import { findChromium } from "./scripts/chromium.ts";

const BROWSER = [
  "test/browser.logs.test.ts",
  "test/browser.platform.test.ts",
  "test/browser.recovery.test.ts",
  "test/browser.workers.platform.test.ts",
  "test/store.browser.test.ts",
];
const TYPES = "test/**/*.test-d.ts";
const executablePath = findChromium();

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "node",
          include: ["test/**/*.test.ts", "adapters/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...BROWSER],
          typecheck: { enabled: true, include: [TYPES], tsconfig: "./test/tsconfig.json" },
          env: { WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false" },
          // Two threads' worth of replicas, workerd and Chromium share the machine.
          maxWorkers: 2,
          // A machine that does other things besides should fail no test.
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        plugins: [bundled()],
        // Found by scanning otherwise, in the middle of a test, which reloads the page.
        optimizeDeps: {
          include: [
            "@opentelemetry/api",
            "@opentelemetry/sdk-trace-base",
            "chai",
            "comlink",
            "itty-router",
            "zod/mini",
          ],
        },
        test: {
          name: "browser",
          include: BROWSER,
          // The two halves of the suite wait more than they compute.
          maxWorkers: 2,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                ...(executablePath && { executablePath }),
                args: ["--disable-quic", "--disable-background-networking"],
              },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
