import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Page } from "./markdown.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** What a user installs beside isoserve. */
const PACKAGES = ["@cloudflare", "@opentelemetry", "@tensorflow", "@types", "itty-router", "vite"];

/** A page's files where a user would have them: in a project that has isoserve as a package. */
export async function layOut({ files }: Page): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "isoserve-docs-"));
  const modules = join(folder, "node_modules");
  await mkdir(modules);
  await symlink(ROOT, join(modules, "isoserve"), "dir");
  for (const name of PACKAGES) {
    await symlink(join(ROOT, "node_modules", name), join(modules, name), "dir");
  }
  await writeFile(join(folder, "package.json"), `{ "type": "module" }\n`);
  for (const [name, text] of files) await writeFile(join(folder, name), text);
  return folder;
}

export async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

interface Host {
  readonly name: string;
  /** The files that run there say so by what they import. */
  readonly imports: RegExp;
  readonly options: object;
}

const HOSTS: readonly Host[] = [
  {
    name: "cloudflare",
    imports: /"isoserve\/cloudflare"/,
    options: { types: ["@cloudflare/workers-types"], customConditions: ["workerd"] },
  },
  {
    name: "browser",
    imports: /"isoserve\/(?:browser|service-worker)"/,
    options: {
      types: ["vite/client"],
      lib: ["ESNext", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
      customConditions: ["browser"],
    },
  },
  { name: "node", imports: /(?:)/, options: { types: ["node"] } },
];

/** What `tsc` has against a page's files, each with the types of the host it runs on; empty when nothing. */
export async function typeErrors({ files }: Page, folder: string): Promise<string> {
  const sources = [...files].filter(([name]) => name.endsWith(".ts"));
  const hostOf = (text: string) => HOSTS.find(({ imports }) => imports.test(text));
  const checks = HOSTS.map((host) => {
    const names = sources.filter(([, text]) => hostOf(text) === host).map(([name]) => name);
    return names.length > 0 ? check(host, names, folder) : "";
  });
  return (await Promise.all(checks)).join("");
}

async function check({ name, options }: Host, files: string[], folder: string): Promise<string> {
  const compilerOptions = {
    target: "ES2024",
    lib: ["ESNext"],
    module: "NodeNext",
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    resolveJsonModule: true,
    erasableSyntaxOnly: true,
    verbatimModuleSyntax: true,
    ...options,
  };
  const config = join(folder, `tsconfig.${name}.json`);
  await writeFile(config, JSON.stringify({ compilerOptions, files }));
  const tsc = join(ROOT, "node_modules/.bin/tsc");
  try {
    await promisify(execFile)(process.execPath, [tsc, "-p", config], { cwd: folder });
    return "";
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout ?? error);
  }
}
