import { DurableObject } from "cloudflare:workers";
import { durableStore } from "../../adapters/cloudflare/store.ts";
import { storeCases } from "../store.suite.ts";

interface Env {
  readonly STORE: DurableObjectNamespace<Store>;
}

/** An object whose storage a case has to itself. */
export class Store extends DurableObject<Env> {
  async run(name: string): Promise<string> {
    const found = storeCases.find((one) => one.name === name);
    if (!found) return "no such case";
    return outcome(() => found.run(async () => durableStore(this.ctx.storage)));
  }

  /** What it writes is there when the object that wrote it is not. */
  async put(text: string, expected: number): Promise<string> {
    return outcome(async () => {
      await durableStore(this.ctx.storage).put("target", text, expected);
    });
  }

  async get(): Promise<string> {
    const document = await durableStore(this.ctx.storage).get("target");
    return JSON.stringify(document);
  }

  /** The bytes of the largest text in a row, where a document has so many characters of three. */
  async largest(characters: number): Promise<string> {
    const { storage } = this.ctx;
    await durableStore(storage).put("target", "\u20ac".repeat(characters), 0);
    const query = "SELECT max(octet_length(text)) AS bytes FROM isoserve_documents";
    return String(storage.sql.exec<{ bytes: number }>(query).one().bytes);
  }

  async die(): Promise<void> {
    this.ctx.abort("the object of a test dies");
  }

  /** What a store says about storage that these statements have filled. */
  async refusal(statements: string): Promise<string> {
    const { sql } = this.ctx.storage;
    sql.exec(statements);
    const tables = () => JSON.stringify(sql.exec("SELECT sql FROM sqlite_schema").toArray());
    const before = tables();
    const answer = await outcome(() => durableStore(this.ctx.storage).get("target"));
    return tables() === before ? answer : "the store changed it";
  }
}

async function outcome(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return "passed";
  } catch (error) {
    const { code, message, stack } = error as Error & { code?: string };
    return code ? `${code} ${message}` : `${message}\n${stack}`;
  }
}

/** Calls the method that the path names, of the object that `object` names. */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const store = env.STORE.getByName(searchParams.get("object") ?? "");
    const text = searchParams.get("text") ?? "";
    switch (pathname) {
      case "/run":
        return new Response(await store.run(text));
      case "/put":
        return new Response(await store.put(text, Number(searchParams.get("expected"))));
      case "/get":
        return new Response(await store.get());
      case "/largest":
        return new Response(await store.largest(Number(text)));
      case "/refusal":
        return new Response(await store.refusal(text));
      case "/die":
        await store.die().catch(() => {});
        return new Response("dead");
      default:
        return new Response("no such method", { status: 404 });
    }
  },
};
