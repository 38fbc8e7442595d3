import { tryPage } from "./docs/try-page.ts";

tryPage("README.md", new URL("../README.md", import.meta.url));
