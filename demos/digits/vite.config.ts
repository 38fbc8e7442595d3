import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { page } from "./page/page.ts";

const SERVICE_WORKER = "service-worker.js";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  server: { host: "127.0.0.1" },
  preview: { host: "127.0.0.1" },
  // Deployments are named after their classes, in the page and in its workers.
  worker: { format: "es", rolldownOptions: { output: { keepNames: true } } },
  build: {
    target: "es2024",
    rolldownOptions: {
      input: ["index.html", "service-worker.ts"].map((file) =>
        fileURLToPath(new URL(file, import.meta.url)),
      ),
      output: {
        keepNames: true,
        // A Service Worker is known by its address, and answers for the folder that it lies in.
        entryFileNames: ({ name }) =>
          name === "service-worker" ? SERVICE_WORKER : "assets/[name]-[hash].js",
      },
    },
  },
  plugins: [samePage(), siteInServiceWorker()],
});

/** The page that the other hosts serve, with a bundled script. */
function samePage(): Plugin {
  return {
    name: "same-page",
    transformIndexHtml: {
      order: "pre",
      handler: () => page("browser", `<script type="module" src="./browser.ts"></script>`),
    },
  };
}

/** Tells the Service Worker the files of the build. As its text changes with them, browsers see a new version. */
function siteInServiceWorker(): Plugin {
  return {
    name: "site-in-service-worker",
    enforce: "post",
    generateBundle(_options, bundle) {
      const files = Object.values(bundle).filter(({ fileName }) => fileName !== SERVICE_WORKER);
      const hash = createHash("sha256");
      for (const file of files) hash.update(file.type === "chunk" ? file.code : file.source);
      const site = {
        version: hash.digest("hex").slice(0, 12),
        files: files.map(({ fileName }) => (fileName === "index.html" ? "/" : `/${fileName}`)),
      };
      const serviceWorker = bundle[SERVICE_WORKER];
      if (serviceWorker?.type !== "chunk") throw new Error(`the build lacks ${SERVICE_WORKER}`);
      serviceWorker.code = serviceWorker.code.replaceAll("__SITE__", JSON.stringify(site));
    },
  };
}
