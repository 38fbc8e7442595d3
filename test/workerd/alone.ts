import { createWorker } from "../../adapters/cloudflare/index.ts";
import { deployment, type Handle, log } from "../../src/index.ts";

class Greeter {
  greet(name: string): string {
    return `hello ${name}`;
  }
}

class Api {
  readonly #greeter: Handle<Greeter>;

  constructor(greeter: Handle<Greeter>) {
    this.#greeter = greeter;
  }

  async fetch(request: Request): Promise<string> {
    return this.#greeter.greet(new URL(request.url).pathname);
  }
}

class Chatty {
  async fetch(): Promise<string> {
    console.log("%s of %d", "spoken", 7);
    await Promise.resolve();
    console.error("later");
    log.debug("not shown");
    throw new RangeError("a secret");
  }
}

const inline = deployment(Api).bind(deployment(Greeter).bind());
const durable = deployment(Api).bind(deployment(Greeter, { isolation: "worker" }).bind());

const workers = {
  inline: createWorker(inline),
  durable: createWorker(durable),
  chatty: createWorker(deployment(Chatty).bind(), { logging: { accessLog: true } }),
  admin: createWorker(inline, { adminToken: "TOKEN", controllerBinding: "CONTROL" }),
};

/** A script without Durable Objects. `x-worker` says which of its Workers takes a request. */
export default {
  async fetch(request: Request): Promise<Response> {
    if (request.url.endsWith("/outside")) console.warn("outside of any call");
    const worker = workers[request.headers.get("x-worker") as keyof typeof workers];
    if (new URL(request.url).pathname !== "/by/handle") return worker.fetch(request);
    const greeter = await worker.handle<Greeter>("default/Greeter");
    return new Response(await greeter.greet("you"));
  },
};
