import { type AdminHost, type AdminOptions, createAdmin } from "../../src/http/admin.ts";
import { MemoryDeclarations } from "./memory-declarations.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON. */
  readonly body: unknown;
}

export interface Asked {
  /** Sent as JSON; a string as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The admin API of a server that runs nothing, and who asks it. */
export class AdminClient {
  readonly declarations = new MemoryDeclarations();
  /** How many times it was told to shut down. */
  shutdowns = 0;
  readonly #admin: (request: Request) => Promise<Response>;

  constructor(options: AdminOptions = {}, host: Partial<AdminHost> = {}) {
    this.#admin = createAdmin(
      {
        declarations: this.declarations,
        httpOptions: { host: "127.0.0.1", port: 8000 },
        logging: { level: "info" },
        status: () => ({ applications: {} }),
        metrics: async () => [],
        shutdown: async () => {
          this.shutdowns += 1;
        },
        ...host,
      },
      options,
    );
  }

  /** @param path under `/api/serve`, or a whole URL */
  async ask(method: string, path: string, { body, headers = {} }: Asked = {}): Promise<Answer> {
    const url = path.startsWith("http") ? path : `http://127.0.0.1:8265/api/serve${path}`;
    const type = body === undefined ? {} : { "content-type": "application/json" };
    const response = await this.#admin(
      new Request(url, {
        method,
        headers: { ...type, ...headers },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json");
    return {
      status: response.status,
      headers: response.headers,
      body: json && text !== "" ? JSON.parse(text) : text,
    };
  }
}
