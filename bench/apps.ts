import type { Handle } from "../src/handle.ts";
import { batch, deployment, log } from "./isoserve.ts";

export class Calls {
  noop(): void {}

  note(): void {
    log.info("noted", { size: 1 });
  }

  length(pixels: Float32Array): number {
    return pixels.length;
  }

  /** Ends its thread, after writing down when. */
  die(diedAt: SharedArrayBuffer): void {
    new BigInt64Array(diedAt)[0] = process.hrtime.bigint();
    process.exit(1);
  }
}

/** Stands for a model: a run takes a millisecond, and each input a hundredth of one more. */
export class Batches {
  alone(value: number): number {
    spin(1.01);
    return value;
  }

  readonly together = batch(
    (values: number[]) => {
      spin(1 + 0.01 * values.length);
      return values;
    },
    { maxBatchSize: 64 },
  );

  plain(value: number): number {
    return value;
  }

  readonly formed = batch((values: number[]) => values, { maxBatchSize: 64 });
}

function spin(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
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

/** What it is sent, and streams. */
export class Source {
  noop(): void {}

  async echo(bytes: Uint8Array): Promise<Uint8Array> {
    return bytes;
  }

  async *chunks(count: number, size: number): AsyncGenerator<string> {
    const chunk = "x".repeat(size);
    for (let sent = 0; sent < count; sent += 1) yield chunk;
  }
}

/** The same from another replica. */
export class Relay {
  readonly #source: Handle<Source>;

  constructor(source: Handle<Source>) {
    this.#source = source;
  }

  here(): void {}

  async there(): Promise<void> {
    await this.#source.noop();
  }

  async *chunks(count: number, size: number): AsyncGenerator<string> {
    for await (const chunk of this.#source.chunks(count, size)) yield chunk;
  }

  async fetch(request: Request): Promise<unknown> {
    if (request.method === "GET") return this.#source.chunks(50, 64);
    return this.#source.echo(new Uint8Array(await request.arrayBuffer()));
  }
}

/** A chunk of 64 bytes every 50 ms. */
export class Ticks {
  fetch(): Response {
    let ticking: ReturnType<typeof setInterval>;
    const chunk = new Uint8Array(64);
    const body = new ReadableStream({
      start(controller) {
        ticking = setInterval(() => controller.enqueue(chunk), 50);
      },
      cancel: () => clearInterval(ticking),
    });
    return new Response(body);
  }
}

// As many calls at once as there are connections: what is measured is the way, not the queue.
const options = { maxOngoingRequests: 64 };

export const batches = deployment(Batches, { maxOngoingRequests: 256 }).bind();
export const calls = deployment(Calls, options).bind();
export const ok = deployment(Ok, options).bind();
export const count = deployment(Count, { ...options, numReplicas: 2 }).bind();
export const relay = deployment(Relay, options).bind(deployment(Source, options).bind());
export const ticks = deployment(Ticks, { maxOngoingRequests: 2_000 }).bind();
