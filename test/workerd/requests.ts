import { createWorker } from "../../adapters/cloudflare/index.ts";
import { batch, context, deployment, multiplexed } from "../../src/index.ts";

const encoder = new TextEncoder();
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs one request at a time. */
class Slow {
  readonly #aborted: string[] = [];

  /** Answers `began;`, and `done` after so many milliseconds; or all of it then. */
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/aborted") return Response.json(this.#aborted);
    const { signal, requestId } = context();
    signal.addEventListener("abort", () => this.#aborted.push(requestId));
    const ms = Number(searchParams.get("ms"));
    if (pathname === "/whole") {
      await sleep(ms);
      return new Response("began;done");
    }
    let chunks = 0;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        chunks += 1;
        if (chunks === 2) await sleep(ms);
        controller.enqueue(encoder.encode(chunks === 1 ? "began;" : "done"));
        if (chunks === 2) controller.close();
      },
    });
    return new Response(body);
  }
}

/** Answers which load of the model it got. */
class Models {
  #loads = 0;
  readonly #model = multiplexed(async () => {
    this.#loads += 1;
    const load = this.#loads;
    await sleep(1000);
    return load;
  });

  async fetch(): Promise<string> {
    return `load ${await this.#model()}`;
  }
}

/** Answers which batch it was in, and how many were. */
class Batches {
  #batches = 0;
  readonly #run = batch(
    async (items: string[]) => {
      this.#batches += 1;
      const number = this.#batches;
      const { signal } = context();
      // What a batch makes belongs to the request that runs it; others, which have their answers of it, may end first.
      const body = new Response(items.join()).body as ReadableStream<Uint8Array>;
      await sleep(items.includes("late") ? 4000 : 400);
      const text = await new Response(body).text();
      return items.map(
        (item) => `${item} of ${text} in ${number}${signal.aborted ? ", aborted" : ""}`,
      );
    },
    { batchWaitMs: 50 },
  );
  readonly quick = batch(async (items: string[]) => {
    const body = new Response(items.join()).body as ReadableStream<Uint8Array>;
    await sleep(3);
    await new Response(body).text();
    return items;
  });
  readonly #spell = batch(async function* (words: string[]) {
    for (let at = 0; at < 6; at += 1) {
      yield words.map((word) => (at < word.length ? encoder.encode(word[at]) : batch.end));
      await sleep(20);
    }
  });

  async fetch(request: Request): Promise<string | AsyncIterable<Uint8Array>> {
    const { pathname, searchParams } = new URL(request.url);
    const item = searchParams.get("item") as string;
    if (pathname === "/quick") return await this.quick(item);
    return pathname === "/spell" ? await this.#spell(item) : await this.#run(item);
  }
}

const slow = { maxOngoingRequests: 1 };

const worker = createWorker({
  inline: deployment(Slow, slow).bind(),
  models: deployment(Models).bind(),
  batches: deployment(Batches).bind(),
  durableBatches: deployment(Batches, { isolation: "worker" }).bind(),
  durableModels: deployment(Models, { isolation: "worker" }).bind(),
  durable: deployment(Slow, { ...slow, isolation: "worker" }).bind(),
});

export const Replica = worker.Replica;
export const Controller = worker.Controller;
export default { fetch: worker.fetch };
