import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type InlineConfig, preview } from "vite";

const configFile = fileURLToPath(new URL("../../demos/digits/vite.config.ts", import.meta.url));

export interface SiteHost {
  readonly url: string;
  /** The paths that the server was asked for. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

/**
 * The demo that runs in the browser, as `npm run demo:browser` builds and serves it.
 *
 * @param workerBanner code that each worker begins with
 */
export async function startSite(workerBanner = ""): Promise<SiteHost> {
  const outDir = await mkdtemp(join(tmpdir(), "isoserve-site-"));
  const asked: string[] = [];
  const config: InlineConfig = {
    configFile,
    logLevel: "warn",
    build: { outDir, emptyOutDir: true },
    preview: { port: 0 },
    worker: { rolldownOptions: { output: { banner: workerBanner } } },
    plugins: [
      {
        name: "asked",
        configurePreviewServer({ middlewares }) {
          middlewares.use((request, _response, next) => {
            asked.push(request.url ?? "");
            next();
          });
        },
      },
    ],
  };
  await build(config);
  const server = await preview(config);
  let stopped: Promise<void> | undefined;
  return {
    url: new URL(server.resolvedUrls?.local[0] ?? "").origin,
    asked,
    stop: () => {
      stopped ??= server.close().then(() => rm(outDir, { recursive: true }));
      return stopped;
    },
  };
}
