/** A header of a request by its name in lower case; empty where there is none. */
type HeaderOf = (name: string) => string;

/** 16 random bytes in base64, of which nothing is checked but the form. */
const KEY = /^[+/0-9A-Za-z]{22}==$/;

/** Whether a request asks for a WebSocket, by RFC 6455, section 4.2.1. */
export function isHandshake(method: string, headerOf: HeaderOf): boolean {
  return (
    method === "GET" &&
    headerOf("upgrade").toLowerCase() === "websocket" &&
    headerOf("sec-websocket-version") === "13" &&
    KEY.test(headerOf("sec-websocket-key"))
  );
}
