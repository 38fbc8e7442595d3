import type { Declarations } from "../../src/controller/declarations.ts";
import { messageOf } from "../../src/errors.ts";
import { type StateStore, stateUnreadable } from "../../src/state-store.ts";
import { hostLogger } from "../../src/telemetry/host-logger.ts";
import { type ScriptApplication, scriptChanges } from "./script-target.ts";

/** The document that tells what the script said last. */
const KEY = "script";

/** Declares what the script's code says that it did not say before. */
export async function declareScript(
  now: readonly ScriptApplication[],
  declarations: Declarations,
  store: StateStore,
): Promise<void> {
  const document = await store.get(KEY);
  const before = document ? parse(document.text) : [];
  const declared = declarations.applications.map(({ config }) => config);
  const { put, remove } = scriptChanges(before, now, declared);
  const refused = new Set<string>();
  const attempt = async (name: string, change: () => Promise<unknown>) => {
    try {
      await change();
    } catch (error) {
      refused.add(name);
      hostLogger().error(`the script's application ${name}: ${messageOf(error)}`);
    }
  };
  for (const name of remove) await attempt(name, () => declarations.delete(name, undefined));
  for (const one of put) await attempt(one.name, () => declarations.put(one, undefined));
  // What was refused is new again next time.
  const said = JSON.stringify(now.filter(({ name }) => !refused.has(name)));
  if (said !== document?.text) await store.put(KEY, said, document?.revision ?? 0);
}

/** @throws ServeError `STATE_UNREADABLE` */
function parse(text: string): ScriptApplication[] {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value as ScriptApplication[];
  } catch {
    // Told below.
  }
  throw stateUnreadable(
    "state in the Durable Object",
    `its document "${KEY}" is damaged; remove it to have the script's applications declared anew`,
  );
}
