import { existsSync, globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const ROOT = new URL("../", import.meta.url);
const PAGES = globSync(["*.md", "docs/**/*.md", "demos/**/*.md"], {
  cwd: ROOT.pathname,
  exclude: (name) => name.includes("node_modules"),
});

describe.each(PAGES)("%s", (page) => {
  const at = new URL(page, ROOT);
  const links = [...withoutCode(readFileSync(at, "utf8")).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^[a-z]+:/.test(link));

  it("links to what there is", () => {
    expect(links.filter((link) => !leadsSomewhere(new URL(link, at)))).toEqual([]);
  });
});

function leadsSomewhere(url: URL): boolean {
  const { hash } = url;
  url.hash = "";
  if (!existsSync(url)) return false;
  return hash === "" || anchorsOf(url).has(decodeURIComponent(hash.slice(1)));
}

/** The anchors that GitHub gives headings. */
function anchorsOf(url: URL): ReadonlySet<string> {
  const headings = withoutCode(readFileSync(url, "utf8")).matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^```.*?^```/gms, "");
}
