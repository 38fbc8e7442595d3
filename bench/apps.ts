import { deployment } from "./isoserve.ts";

export class Calls {
  noop(): void {}

  length(pixels: Float32Array): number {
    return pixels.length;
  }

  /** Ends its thread, after writing down when. */
  die(diedAt: SharedArrayBuffer): void {
    new BigInt64Array(diedAt)[0] = process.hrtime.bigint();
    process.exit(1);
  }
}

export class Ok {
  fetch(): Response {
    return new Response("ok");
  }
}

export class Count {
  async fetch(request: Request): Promise<Response> {
    const numbers = (await request.json()) as number[];
    return Response.json({ count: numbers.length });
  }
}

// As many calls at once as there are connections: what is measured is the way, not the queue.
const options = { maxOngoingRequests: 64 };

export const calls = deployment(Calls, options).bind();
export const ok = deployment(Ok, options).bind();
export const count = deployment(Count, { ...options, numReplicas: 2 }).bind();
