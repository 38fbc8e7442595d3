import { readdirSync } from "node:fs";
import { tryPage } from "./docs/try-page.ts";

const DOCS = new URL("../docs/", import.meta.url);

for (const name of readdirSync(DOCS).filter((file) => file.endsWith(".md"))) {
  tryPage(`docs/${name}`, new URL(name, DOCS));
}
