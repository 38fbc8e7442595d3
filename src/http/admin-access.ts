import { isLoopback } from "./loopback.ts";
import { problemDetails } from "./problem-details.ts";
import { createTokenCheck } from "./token.ts";

/** Answers a request that may not be made; undefined for one that may. */
export type Access = (request: Request) => Promise<Response | undefined>;

/** @throws ServeError `INVALID_OPTION` for a token that no header can carry */
export function createAccess(token: string | undefined): Access {
  return token === undefined ? async (request) => refuseForeign(request) : byToken(token);
}

function byToken(token: string): Access {
  const hasToken = createTokenCheck(token);
  return async ({ headers }) => {
    const authorization = headers.get("authorization");
    if (authorization !== null && (await hasToken(authorization))) return undefined;
    const detail =
      authorization === null
        ? "this server wants a token: send authorization: Bearer <token>"
        : "the token is not this server's";
    const wrong = authorization === null ? "" : ', error="invalid_token"';
    return problemDetails({
      status: 401,
      code: "UNAUTHORIZED",
      detail,
      headers: { "www-authenticate": `Bearer realm="isoserve"${wrong}` },
    });
  };
}

/**
 * Without a token whoever reaches the address is the operator, and a browser on this machine reaches it for every
 * page it shows. A page of another site can send a request here (CSRF): its `Origin` tells. It can also have its own
 * host name resolved to this address, and then be of the same origin (DNS rebinding): its `Host` is that name still,
 * so only names that can mean nothing but this machine are accepted. Writes want a JSON content type besides, which
 * no form sends and no script may send to another site unasked.
 */
function refuseForeign({ url, headers }: Request): Response | undefined {
  const { host, origin: own } = new URL(url);
  for (const name of [host, headers.get("host") ?? host]) {
    if (!isLoopback(name)) {
      return forbidden(
        `without a token only this machine is served, by the name localhost or 127.0.0.1, not ${name}`,
      );
    }
  }
  const origin = headers.get("origin");
  if (origin !== null && origin !== own) {
    return forbidden(
      `without a token no requests of other sites are served: this one is ${origin}`,
    );
  }
  return undefined;
}

function forbidden(detail: string): Response {
  return problemDetails({ status: 403, code: "FORBIDDEN", detail });
}
