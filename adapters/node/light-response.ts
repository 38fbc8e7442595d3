import {
  headerOf,
  headerPairs,
  type LightResponseInstance,
  type ResponseData,
  responseParts,
} from "../../src/http/message.ts";

const Native = globalThis.Response;
const TOKEN = /^[!#$%&'*+\-.^_`|~A-Za-z0-9]+$/;
// Printable, with spaces and tabs inside only: what needs no trimming and no refusal.
const VALUE = /^$|^[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/;
const NULL_BODY = new Set([204, 205, 304]);

type Body = NonNullable<ConstructorParameters<typeof Response>[0]>;

interface Made {
  readonly status: number;
  readonly headers: string[];
  readonly body: string | Uint8Array | undefined;
}

/**
 * A Response that remembers what it was made of, and becomes a native one when it is asked for anything else: on
 * Node making and reading a native one costs more than all the rest of a call. Whatever is not plain (a stream, a
 * doubled header, a value to be trimmed or refused) is left to the native class from the start.
 */
export class LightResponse implements LightResponseInstance {
  #made: Made | undefined;
  #native: Response | undefined;

  constructor(body?: Body | null, init?: ResponseInit) {
    this.#made = remember(body, init);
    if (!this.#made) this.#native = new Native(body, init);
  }

  /** Native ones are Responses too. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Native;
  }

  static json(data: unknown, init?: ResponseInit): Response {
    const text = JSON.stringify(data);
    const headers = text === undefined ? undefined : headerList(init?.headers);
    if (!headers) return Native.json(data, init);
    if (headerOf(headers, "content-type") === undefined)
      headers.push("content-type", "application/json");
    return new LightResponse(text, {
      ...init,
      headers: headerPairs(headers),
    }) as unknown as Response;
  }

  [responseParts](): ResponseData | undefined {
    if (!this.#made || this.#native) return undefined;
    return [this.#made.status, "", this.#made.headers, this.#made.body];
  }

  /** Adds a header without becoming native; false when it is native already or has the header. */
  addHeader(name: string, value: string): boolean {
    if (!this.#made || this.#native) return false;
    if (headerOf(this.#made.headers, name) !== undefined) return false;
    this.#made.headers.push(name, value);
    return true;
  }

  get native(): Response {
    if (!this.#native) {
      const { body = null, status, headers } = this.#made as Made;
      this.#native = new Native(body as Body, { status, headers: headerPairs(headers) });
    }
    return this.#native;
  }

  get status(): number {
    return this.#native ? this.#native.status : (this.#made as Made).status;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status <= 299;
  }
}

const GETTERS = ["headers", "body", "bodyUsed", "redirected", "statusText", "type", "url"] as const;
const METHODS = ["arrayBuffer", "blob", "bytes", "clone", "formData", "json", "text"] as const;

for (const name of GETTERS) {
  Object.defineProperty(LightResponse.prototype, name, {
    get(this: LightResponse) {
      return this.native[name];
    },
    configurable: true,
  });
}
for (const name of METHODS) {
  Object.defineProperty(LightResponse.prototype, name, {
    value(this: LightResponse) {
      return this.native[name]();
    },
    configurable: true,
    writable: true,
  });
}
Object.setPrototypeOf(LightResponse, Native);
Object.setPrototypeOf(LightResponse.prototype, Native.prototype);

function remember(body: Body | null | undefined, init: ResponseInit = {}): Made | undefined {
  const { status = 200, statusText = "", headers: given } = init;
  const plain = body == null || typeof body === "string" || body instanceof Uint8Array;
  if (!plain || statusText !== "" || !Number.isInteger(status)) return undefined;
  if (status < 200 || status > 599 || NULL_BODY.has(status)) return undefined;
  const headers = headerList(given);
  if (!headers) return undefined;
  if (typeof body === "string" && headerOf(headers, "content-type") === undefined) {
    headers.push("content-type", "text/plain;charset=UTF-8");
  }
  // A copy: the native class takes one as well.
  return { status, headers, body: body instanceof Uint8Array ? body.slice() : (body ?? undefined) };
}

/** Flat, names in lower case; undefined for what only the native class can judge. */
function headerList(
  headers: NonNullable<ResponseInit["headers"]> | undefined,
): string[] | undefined {
  if (headers === undefined) return [];
  if (headers instanceof Headers)
    return headers.getSetCookie().length > 1 ? undefined : [...headers].flat();
  const entries: unknown[][] = Array.isArray(headers) ? headers : Object.entries(headers);
  const list: string[] = [];
  for (const entry of entries) {
    const [name, value] = entry;
    if (entry.length !== 2 || typeof name !== "string" || typeof value !== "string")
      return undefined;
    if (!TOKEN.test(name) || !VALUE.test(value)) return undefined;
    const lower = name.toLowerCase();
    if (headerOf(list, lower) !== undefined) return undefined;
    list.push(lower, value);
  }
  return list;
}
