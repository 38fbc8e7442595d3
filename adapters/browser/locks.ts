import { ServeError } from "../../src/errors.ts";

/**
 * Death is told by Web Locks: a lock is held until its holder is gone, however it went, and whoever waits for it
 * then gets it. (A MessagePort says nothing when its peer dies, and a terminated worker no event.)
 */
function locks(): LockManager {
  if (navigator.locks) return navigator.locks;
  throw new ServeError(
    "NOT_SUPPORTED",
    "isoserve/browser needs Web Locks, which browsers give to secure pages only; serve the page over https or from localhost",
  );
}

/** Takes a lock for the rest of this thread's life. Resolves once it is held. */
export function holdLock(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const held = () => {
      resolve();
      return new Promise<never>(() => {});
    };
    locks().request(name, held).catch(reject);
  });
}

/** Resolves when whoever holds the lock is gone. Ask only once it is held. */
export async function lockReleased(name: string): Promise<void> {
  await locks().request(name, { mode: "shared" }, () => {});
}
