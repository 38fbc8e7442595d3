import { defineConfig } from "tsdown";

// One output file for each source file, in the same place: workers are found relative to their adapter.
export default defineConfig({
  entry: [
    "src/**/*.ts",
    "adapters/**/*.ts",
    "workers/*.ts",
    "cli/**/*.ts",
    "!**/*.test.ts",
    "!**/*.d.ts",
  ],
  outDir: "dist",
  unbundle: true,
  fixedExtension: false,
  platform: "neutral",
  target: "es2023",
  dts: false,
  clean: ["dist/src", "dist/adapters", "dist/workers", "dist/cli"],
  deps: { neverBundle: [/^node:/, /^cloudflare:/] },
  inputOptions: {
    optimization: { inlineConst: false },
    resolve: { mainFields: ["module", "main"] },
  },
});
