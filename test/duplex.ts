import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, request } from "node:http";

/** A request whose body is written while its answer is read. */
export interface Duplex {
  readonly response: IncomingMessage;
  /** Bytes that were written and that nobody has taken. */
  readonly unsent: number;
  write(text: string): void;
  /** The next so many characters of the answer. */
  read(length: number): Promise<string>;
  /** Ends the request's body. Returns the rest of the answer. */
  end(): Promise<string>;
}

/** @param first the begin of the body, without which no answer may come */
export async function duplex(url: string, first: string): Promise<Duplex> {
  const asked: ClientRequest = request(url, { method: "POST", agent: false });
  asked.write(first);
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  const chunks = response.setEncoding("utf8")[Symbol.asyncIterator]();
  let text = "";
  const more = async () => {
    const { done, value } = await chunks.next();
    text += value ?? "";
    return !done;
  };
  return {
    response,
    get unsent() {
      return asked.writableLength;
    },
    write: (content) => void asked.write(content),
    read: async (length) => {
      while (text.length < length && (await more()));
      const read = text.slice(0, length);
      text = text.slice(length);
      return read;
    },
    end: async () => {
      asked.end();
      while (await more());
      return text;
    },
  };
}

/** An echo that is answered as it is asked, over and over. @throws when a piece comes back too late */
export async function echoPieces(url: string, pieces: number): Promise<number> {
  const echo = await duplex(url, "piece 0;");
  for (let piece = 0; piece < pieces; piece += 1) {
    if (piece > 0) echo.write(`piece ${piece};`);
    const expected = `piece ${piece};`;
    const got = await echo.read(expected.length);
    if (got !== expected) throw new Error(`piece ${piece} came back as ${JSON.stringify(got)}`);
  }
  const rest = await echo.end();
  if (rest !== "") throw new Error(`more came back than was sent: ${rest}`);
  return echo.response.statusCode ?? 0;
}
