import type { Json } from "../config/application-config.ts";
import { readStream } from "../replica/iteration.ts";
import { jsonError } from "./json-error.ts";
import { problemDetails } from "./problem-details.ts";

/** The most that a configuration may be: far over what anybody writes, far under what hurts. */
const LIMIT_MIB = 4;

const JSON_TYPES = ["application/json"];

/** What a merge patch comes as (RFC 7396, 4). */
export const PATCH_TYPES = [...JSON_TYPES, "application/merge-patch+json"];

/** Answers a request whose body says that it is something else; undefined for JSON. */
export function refuseOther(request: Request, types: readonly string[] = JSON_TYPES) {
  const given = request.headers.get("content-type");
  const type = given?.split(";")[0]?.trim().toLowerCase();
  if (type !== undefined && types.includes(type)) return undefined;
  return problemDetails({
    status: 415,
    code: "UNSUPPORTED_MEDIA_TYPE",
    detail: `send content-type: ${types.join(" or ")}, not ${given ?? "none"}`,
    headers: request.method === "PATCH" ? { "accept-patch": types.join(", ") } : {},
  });
}

/** Makes a handler of one that takes the JSON of the request; a request without is answered. */
export function withJson<Rest extends readonly unknown[]>(
  handler: (request: Request, body: Json, ...rest: Rest) => Promise<Response>,
  types?: readonly string[],
): (request: Request, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    const body = refuseOther(request, types) ?? (await readJson(request));
    return body instanceof Response ? body : handler(request, body.value, ...rest);
  };
}

async function readJson(request: Request): Promise<{ readonly value: Json } | Response> {
  const bytes = await readBytes(request);
  if (bytes === undefined) {
    const detail = `the body exceeds ${LIMIT_MIB} MiB`;
    return problemDetails({ status: 413, code: "PAYLOAD_TOO_LARGE", detail });
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return invalid("it is not UTF-8");
  }
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    const { line, column, found } = jsonError(text);
    return invalid(`line ${line}, column ${column}: ${found} can't be there`);
  }
}

function invalid(why: string): Response {
  return problemDetails({
    status: 400,
    code: "INVALID_JSON",
    detail: `the body is no JSON: ${why}`,
  });
}

/** Undefined when there is more than the limit; the rest is left unread. */
async function readBytes({ headers, body }: Request): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const limit = LIMIT_MIB * 1024 * 1024;
  if (Number(headers.get("content-length")) > limit) return undefined;
  if (!body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reading = readStream(body);
  for (let step = await reading.next(); !step.done; step = await reading.next()) {
    chunks.push(step.value);
    length += step.value.byteLength;
    if (length <= limit) continue;
    await reading.return?.();
    return undefined;
  }
  return joined(chunks, length);
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
