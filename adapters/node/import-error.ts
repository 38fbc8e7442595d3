import { fileURLToPath } from "node:url";
import { messageOf, ServeError } from "../../src/errors.ts";
import { withoutMarks } from "./import-mark.ts";

/** Says in one line what is wrong with an app module that can't be imported. */
export function explainImportError(error: unknown, where: string): ServeError {
  const message = `${where}: ${reason(error)}${place(error)}`;
  return new ServeError("INVALID_APPLICATION", message, { cause: error });
}

function reason(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  const message = withoutMarks(messageOf(error).split("\n")[0] ?? "");
  if (code === "ERR_MODULE_NOT_FOUND") return `can't be imported: ${message}`;
  if (code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") {
    return `uses TypeScript that Node can't strip (${message}); write enums, namespaces, parameter properties and decorators in erasable syntax, or compile the module first`;
  }
  if (error instanceof SyntaxError && message.includes("import statement outside a module")) {
    return 'is taken for CommonJS; set "type": "module" in package.json (npm pkg set type=module) or name the file .mts';
  }
  if (error instanceof SyntaxError) {
    const decorators = message.includes("Invalid or unexpected token")
      ? " (decorators? Node does not run them: use the function forms, or compile the module first)"
      : "";
    return `has a syntax error: ${message}${decorators}`;
  }
  return `threw while it was imported: ${message}`;
}

/** Where it is in the file that has the error, as far as Node tells: V8's own syntax errors don't. */
function place(error: unknown): string {
  const [, url, line] = /^(file:\S+):(\d+)\n/.exec((error as Error | null)?.stack ?? "") ?? [];
  return url ? ` (${fileURLToPath(withoutMarks(url))}:${line})` : "";
}
