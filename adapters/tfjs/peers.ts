/**
 * The optional peer packages. Everything else here reaches them through `importPeers`, for two reasons: reading an app
 * module stays cheap where nothing is computed (a controller, a start-up limit), and a package that is not installed
 * gives one clear line.
 */
export type Peers = typeof import("./tensorflow.ts");

const PACKAGES = "@tensorflow/tfjs-core @tensorflow/tfjs-layers @tensorflow/tfjs-backend-wasm";

/** @throws Error naming the missing package and how to install it. */
export async function importPeers(): Promise<Peers> {
  try {
    return await import("./tensorflow.ts");
  } catch (cause) {
    const missing = missingPackage(cause);
    if (missing === undefined) throw cause;
    throw new Error(`isoserve/tfjs: ${missing} is not installed. Run: npm install ${PACKAGES}`, {
      cause,
    });
  }
}

/** Node names the package in the message, of `import` and of `require` alike; bundlers fail earlier, at build time. */
export function missingPackage(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return /Cannot find (?:package|module) '((?:@[^/']+\/)?[^/']+)/.exec(error.message)?.[1];
}
