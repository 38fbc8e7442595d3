import { fileURLToPath } from "node:url";
import { createTestHarness } from "wrangler";

const CONFIG = fileURLToPath(new URL("../../wrangler.toml", import.meta.url));

/** The demo as `npx wrangler dev` runs it. */
export async function startWorkerd(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const harness = createTestHarness({ workers: [{ configPath: CONFIG }] });
  const { url } = await harness.listen();
  return { url: url.origin, stop: () => harness.close() };
}
