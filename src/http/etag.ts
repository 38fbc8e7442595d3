import { problemDetails } from "./problem-details.ts";

/** What a request's preconditions are about: a resource without a tag is there all the same. */
export interface Tagged {
  readonly exists: boolean;
  /** As its header has it, quotes and all. */
  readonly etag: string | undefined;
}

/** What can't be asked for in one state only. */
export const UNTAGGED: Tagged = { exists: true, etag: undefined };

export type Verdict = "proceed" | "not modified" | "failed";

/** The strong tag of a revision. */
export function etagOf(revision: number): string {
  return `"${revision}"`;
}

/** Whether a request depends on the state of what it is about. */
export function isConditional({ headers }: Pick<Request, "headers">): boolean {
  return headers.has("if-match") || headers.has("if-none-match");
}

/** What `If-Match` and `If-None-Match` make of a request: RFC 9110, 13.2.2. */
export function verdict(
  { method, headers }: Pick<Request, "method" | "headers">,
  resource: Tagged,
): Verdict {
  const match = headers.get("if-match");
  if (match !== null && !matches(match, resource, "strong")) return "failed";
  const noneMatch = headers.get("if-none-match");
  if (noneMatch === null || !matches(noneMatch, resource, "weak")) return "proceed";
  return method === "GET" || method === "HEAD" ? "not modified" : "failed";
}

/** Answers a request whose preconditions tell it not to be done: 304 or 412. */
export function preconditionAnswer(request: Request, resource: Tagged): Response | undefined {
  const { etag } = resource;
  switch (verdict(request, resource)) {
    case "proceed":
      return undefined;
    case "not modified":
      return new Response(null, { status: 304, headers: etag === undefined ? {} : { etag } });
    case "failed":
      return problemDetails({ status: 412, code: "CONFLICT", detail: whyFailed(resource) });
  }
}

function whyFailed({ exists, etag }: Tagged): string {
  if (!exists) return "there is none yet: leave if-match out to create it";
  if (etag === undefined) return "this has no ETag: leave if-match and if-none-match out";
  return `it is at ${etag} now: read it again and make the change on that`;
}

/** Proxies make tags weak when they compress: that is equal enough to read again, not to write over. */
function matches(list: string, { exists, etag }: Tagged, comparison: "strong" | "weak"): boolean {
  if (list.trim() === "*") return exists;
  const tags = list.match(/(W\/)?"[^"]*"/g) ?? [];
  return tags.some((tag) => (comparison === "weak" ? tag.replace(/^W\//, "") : tag) === etag);
}
