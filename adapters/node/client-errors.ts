import { maxHeaderSize, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { ErrorCode } from "../../src/errors.ts";

interface Answer {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
}

const TIMEOUT: Answer = {
  status: 408,
  code: "TIMEOUT",
  message: "the request did not arrive in time (headersTimeoutMs, receiveTimeoutMs)",
};

const HEADERS: Answer = {
  status: 431,
  code: "PAYLOAD_TOO_LARGE",
  message: `the request's headers exceed ${maxHeaderSize} bytes`,
};

const EXTENSIONS: Answer = {
  status: 413,
  code: "PAYLOAD_TOO_LARGE",
  message: "the extensions of a chunk of the request's body are too large",
};

const MALFORMED: Answer = {
  status: 400,
  code: "INVALID_REQUEST",
  message: "what was sent is no HTTP request",
};

const BY_CODE = new Map([
  ["ERR_HTTP_REQUEST_TIMEOUT", TIMEOUT],
  ["HPE_HEADER_OVERFLOW", HEADERS],
  ["HPE_CHUNK_EXTENSIONS_OVERFLOW", EXTENSIONS],
]);

/** On a connection: the answer to its newest request. A property, for a map of them costs each request more. */
const ANSWER = Symbol("isoserve.answer");

type Answering = Socket & { [ANSWER]?: ServerResponse };

/** To be told of each request that is answered. */
export function answers(outgoing: ServerResponse): void {
  if (outgoing.socket) (outgoing.socket as Answering)[ANSWER] = outgoing;
}

/** Tells clients whose request never becomes one what is wrong with it, in the form that every failure has, and leaves them. */
export function answerClientErrors(server: Server): void {
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (socket.writable && awaitsAnswer((socket as Answering)[ANSWER])) {
      socket.write(asText(BY_CODE.get(error.code ?? "") ?? MALFORMED));
    }
    socket.destroy();
  });
}

/** Whether the client would take what is said now for the answer to what is wrong. */
function awaitsAnswer(newest: ServerResponse | undefined): boolean {
  if (!newest) return true;
  const { headersSent, writableFinished, req } = newest;
  return req.complete ? writableFinished : !headersSent;
}

function asText({ status, code, message }: Answer): string {
  const body = JSON.stringify({ error: { code, message } });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "content-type: application/json",
    `content-length: ${body.length}`,
    "connection: close",
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}
