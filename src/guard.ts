import { ServeError } from "./errors.ts";

let importing = 0;

/** Runs while a replica imports the user's module. */
export async function importingModule<R>(load: () => Promise<R>): Promise<R> {
  importing += 1;
  try {
    return await load();
  } finally {
    importing -= 1;
  }
}

/**
 * A module that calls `serve.run` when it is imported would start itself again in each of its replicas.
 *
 * @throws ServeError `INVALID_APPLICATION`
 */
export function assertNotImporting(): void {
  if (importing === 0) return;
  throw new ServeError(
    "INVALID_APPLICATION",
    "serve.run was called while a replica imports this module; move the call to a file of its own, or guard it: if (import.meta.main) await serve.run(app)",
  );
}
