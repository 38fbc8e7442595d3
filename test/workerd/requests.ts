import { createWorker } from "../../adapters/cloudflare/index.ts";
import { context, deployment, multiplexed } from "../../src/index.ts";

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

const slow = { maxOngoingRequests: 1 };

const worker = createWorker({
  inline: deployment(Slow, slow).bind(),
  models: deployment(Models).bind(),
  durableModels: deployment(Models, { isolation: "worker" }).bind(),
  durable: deployment(Slow, { ...slow, isolation: "worker" }).bind(),
});

export const Replica = worker.Replica;
export const Controller = worker.Controller;
export default { fetch: worker.fetch };
