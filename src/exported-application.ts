import { type Application, isApplication } from "./application.ts";
import type { Json } from "./config/application-config.ts";
import { messageOf, ServeError } from "./errors.ts";
import { isClass } from "./target.ts";

/** What an app module may export instead of an application: makes one of what a configuration gives it. */
export type ApplicationBuilder = (args: never) => Application<unknown>;

/**
 * Finds the application that a module exports under `exportName`. A function is a builder: it is called, everywhere
 * with the same `args` (`{}` where there are none), so that its replicas run what the host knows of.
 *
 * @throws ServeError `INVALID_APPLICATION` in one line, which lists what there is
 */
export function exportedApplication(
  exports: object,
  exportName: string,
  where: string,
  args?: Json,
): Application<unknown> {
  const found = (exports as Record<string, unknown>)[exportName];
  const name = JSON.stringify(exportName);
  if (isBuilder(found)) return build(found, args, `${where}: its builder ${name}`);
  if (!isApplication(found)) throw invalid(notExported(exports, exportName, where));
  if (args === undefined) return found;
  throw invalid(
    `${where}: its export ${name} is an application and takes no args: remove them, or export a builder, (args) => application`,
  );
}

function isBuilder(value: unknown): value is ApplicationBuilder {
  return typeof value === "function" && !isClass(value as ApplicationBuilder);
}

function build(
  builder: ApplicationBuilder,
  args: Json | undefined,
  which: string,
): Application<unknown> {
  // A copy: a builder that changed its arguments would change what the next one gets.
  const made = attempt(() => builder(structuredClone(args ?? {}) as never), which) as unknown;
  if (isApplication(made)) return made;
  if (made instanceof Promise) {
    made.catch(() => {});
    throw invalid(
      `${which} returned a promise; it can't be async: await at the top of the module, or in a deployment's init`,
    );
  }
  throw invalid(
    `${which} returned ${made === null ? "null" : typeof made}, no application: return deployment(MyClass).bind(); a function that is to be served itself is exported as deployment(myFunction).bind()`,
  );
}

function attempt<R>(build: () => R, which: string): R {
  try {
    return build();
  } catch (error) {
    throw invalid(`${which} threw: ${messageOf(error).split("\n")[0]}`, error);
  }
}

function notExported(exports: object, exportName: string, where: string): string {
  const found = (exports as Record<string, unknown>)[exportName];
  const others = Object.entries(exports).filter(([, value]) => isApplication(value));
  const remedy = others.length
    ? `it exports ${others.map(([name]) => name).join(", ")}: name one as ${where}#${others[0]?.[0]}`
    : `export one: export default deployment(MyClass).bind()`;
  const what = found === undefined ? "has no export" : "does not export an application as";
  return `${where} ${what} ${JSON.stringify(exportName)}; ${remedy}`;
}

function invalid(message: string, cause?: unknown): ServeError {
  return new ServeError("INVALID_APPLICATION", message, cause === undefined ? {} : { cause });
}
