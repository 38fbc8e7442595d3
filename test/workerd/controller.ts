import { env } from "cloudflare:workers";
import type { ServeWorker } from "../../adapters/cloudflare/index.ts";
import { createWorker } from "../../adapters/cloudflare/index.ts";
import app, { orders, running } from "../fixtures/counting.ts";

const make = (adminToken: string) => createWorker(app, { adminToken });
const worker = make("ISOSERVE_ADMIN_TOKEN");

/** Each has a table of its own, as isolates have. */
const isolates = new Map<string, ServeWorker>([
  ["", worker],
  ["without a token", make("NO_SUCH_TOKEN")],
  ["with an empty token", make("EMPTY_TOKEN")],
  ["with a bad token", make("BAD_TOKEN")],
]);

/** A replica that a test can kill. */
export class Replica extends worker.Replica {
  async die(): Promise<void> {
    this.ctx.abort("a test killed it");
  }
}

export const Controller = worker.Controller;

const { REPLICA } = env as unknown as { readonly REPLICA: DurableObjectNamespace<Replica> };

function isolate(name: string): ServeWorker {
  const found = isolates.get(name) ?? make("ISOSERVE_ADMIN_TOKEN");
  isolates.set(name, found);
  return found;
}

/** `x-isolate` says which isolate takes a request. */
export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    switch (pathname) {
      case "/test/kill": {
        const object = REPLICA.getByName(searchParams.get("replica") ?? "");
        await object.die().catch(() => {});
        return new Response("killed");
      }
      case "/test/ongoing":
        return Response.json(running.calls);
      case "/test/order":
        Object.assign(orders, await request.json());
        return new Response("done");
      default:
        return isolate(request.headers.get("x-isolate") ?? "").fetch(request);
    }
  },
};
