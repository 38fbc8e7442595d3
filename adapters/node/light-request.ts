import { type HeaderList, headerOf, headerPairs, makeRequest } from "../../src/http/message.ts";

const Native = globalThis.Request;
const decoder = new TextDecoder();

type RequestInput = ConstructorParameters<typeof Request>[0];
type Body = ArrayBuffer | ReadableStream | undefined;

/**
 * The Request that a replica's methods get: it answers from what crossed, and becomes a native one when it is
 * asked for anything else. A native one takes twice as long to read a large JSON body.
 */
export class LightRequest {
  readonly #method: string;
  readonly #url: string;
  readonly #list: HeaderList;
  readonly #body: Body;
  #headers: Headers | undefined;
  #native: Request | undefined;
  #used = false;

  constructor(method: string, url: string, headers: HeaderList, body: Body) {
    this.#method = method;
    this.#url = url;
    this.#list = headers;
    this.#body = body;
  }

  get method(): string {
    return this.#method;
  }

  get url(): string {
    return this.#url;
  }

  get native(): Request {
    if (!this.#native) {
      const init: RequestInit & { duplex?: "half" } = {
        method: this.method,
        headers: this.headers,
      };
      init.signal = this.signal;
      if (this.#body !== undefined) {
        init.body = this.#body;
        init.duplex = "half";
      }
      this.#native = new Native(this.url, init);
    }
    return this.#native;
  }

  get headers(): Headers {
    this.#headers ??= new Headers(headerPairs(this.#list));
    return this.#headers;
  }

  /** Replaced, on requests that a call brings, by the signal of the call. */
  get signal(): AbortSignal {
    return new AbortController().signal;
  }

  get bodyUsed(): boolean {
    return this.#native ? this.#native.bodyUsed : this.#used;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#take() ?? this.native.arrayBuffer();
  }

  async bytes(): Promise<Uint8Array> {
    return new Uint8Array(await this.arrayBuffer());
  }

  async text(): Promise<string> {
    const bytes = this.#take();
    return bytes ? decoder.decode(bytes) : this.native.text();
  }

  async json(): Promise<unknown> {
    const bytes = this.#take();
    return bytes ? JSON.parse(decoder.decode(bytes)) : this.native.json();
  }

  async blob(): Promise<Blob> {
    const bytes = this.#take();
    const type = headerOf(this.#list, "content-type") ?? "";
    return bytes ? new Blob([bytes], { type }) : this.native.blob();
  }

  /** The bytes, once; undefined when only the native request can give the body. */
  #take(): ArrayBuffer | undefined {
    if (this.#native || !(this.#body instanceof ArrayBuffer)) return undefined;
    if (this.#used) throw new TypeError("Body is unusable: Body has already been read");
    this.#used = true;
    return this.#body;
  }
}

const GETTERS = [
  "body",
  "cache",
  "credentials",
  "destination",
  "duplex",
  "integrity",
  "keepalive",
  "mode",
  "redirect",
  "referrer",
  "referrerPolicy",
] as const;

for (const name of GETTERS) {
  Object.defineProperty(LightRequest.prototype, name, {
    get(this: LightRequest) {
      return (this.native as unknown as Record<string, unknown>)[name];
    },
    configurable: true,
  });
}
for (const name of ["clone", "formData"] as const) {
  Object.defineProperty(LightRequest.prototype, name, {
    value(this: LightRequest) {
      return this.native[name]();
    },
    configurable: true,
    writable: true,
  });
}

/** The global `Request` of a replica's thread: native, but it takes light ones as well. */
export class PatchedRequest extends Native {
  constructor(input: RequestInput, init?: RequestInit) {
    super(nativeOf(input), init);
  }

  static [makeRequest](method: string, url: string, headers: HeaderList, body: Body): Request {
    return new LightRequest(method, url, headers, body) as unknown as Request;
  }

  /** Light and native ones are Requests too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Native;
  }
}
Object.setPrototypeOf(LightRequest.prototype, Native.prototype);

export function nativeOf(input: RequestInput): RequestInput {
  const light = input as unknown;
  return isLight(light) ? light.native : input;
}

function isLight(value: unknown): value is LightRequest {
  return value instanceof LightRequest;
}
