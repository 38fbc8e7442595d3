import { ServeError } from "../errors.ts";

const encoder = new TextEncoder();

/** What a header can carry as a token (RFC 6750, 2.1). */
const TOKEN = /^[\w.~+/-]+=*$/;

/**
 * Tells whether an `Authorization` header has the token, in a time that does not tell how much of it is right.
 *
 * @throws ServeError `INVALID_OPTION` when no header could carry the token
 */
export function createTokenCheck(token: string): (authorization: string) => Promise<boolean> {
  if (!TOKEN.test(token)) {
    throw new ServeError(
      "INVALID_OPTION",
      "admin API: the token must hold letters, digits and - . _ ~ + / only, one at least (openssl rand -hex 32 makes one)",
    );
  }
  const expected = digest(token);
  return async (authorization) => {
    const [, given = ""] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
    return equal(await digest(given), await expected);
  };
}

/** Of one length, whatever the text's: it is compared in its place. */
async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text)));
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  const different = one.reduce((bits, byte, at) => bits | (byte ^ (other[at] as number)), 0);
  return different === 0;
}
