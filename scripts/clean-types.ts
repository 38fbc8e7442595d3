import { rmSync } from "node:fs";

// tsc leaves the declarations of files that are gone, and they would be published.
rmSync(new URL("../dist/types", import.meta.url), { recursive: true, force: true });
