import { deployment, type Handle } from "isoserve";
import { AutoRouter } from "itty-router";

export class Greeter {
  greet(name: string): string {
    return `Hello, ${name}`;
  }
}

export class Api {
  readonly #router;

  constructor(greeter: Handle<Greeter>) {
    this.#router = AutoRouter().get("/greet", async ({ query }) => ({
      greeting: await greeter.greet(String(query["name"])),
    }));
  }

  fetch(request: Request): Promise<Response> {
    return this.#router.fetch(request);
  }
}

export default deployment(Api).bind(deployment(Greeter, { numReplicas: 2 }).bind());
