import type { Handle } from "isoserve";
import { AutoRouter, type RequestHandler } from "itty-router";
import type { Classifier } from "./classifier.ts";
import type { Decoder } from "./decoder.ts";
import { pageWithScript } from "./page/page.ts";
import { runtime } from "./runtime.ts";

const REMEDY =
  "send a PNG of one digit as the body, as curl --data-binary @7.png -H 'content-type: image/png' does";

/** `GET /` is the page to draw on, `POST /predict` reads the digit in a PNG. */
export class Api {
  readonly #router;

  constructor(decoder: Handle<Decoder>, classifier: Handle<Classifier>) {
    this.#router = AutoRouter({ catch: answerBadImage, missing })
      .get("/", () => html(pageWithScript(runtime())))
      .head("/", () => html(null))
      .all("/", allowOnly("GET, HEAD"))
      .post("/predict", async (request) => {
        // Judged by its bytes alone: whoever forgets the content type of a PNG gets an answer all the same.
        const png = await request.arrayBuffer();
        if (png.byteLength === 0) return problem(400, "EMPTY_BODY", `the body is empty; ${REMEDY}`);
        // Not awaited: the pixels go from replica to replica when they are there.
        return classifier.classify(decoder.decode(png));
      })
      .all("/predict", allowOnly("POST"));
  }

  fetch(request: Request): Promise<Response> {
    return this.#router.fetch(request);
  }
}

function html(body: string | null): Response {
  return new Response(body, { headers: { "content-type": "text/html; charset=utf-8" } });
}

function problem(status: number, code: string, message: string, headers?: HeadersInit): Response {
  return Response.json({ error: { code, message } }, { status, ...(headers && { headers }) });
}

function missing({ url }: Request): Response {
  return problem(404, "NOT_FOUND", `nothing is at ${new URL(url).pathname}; try / or /predict`);
}

function allowOnly(allow: string): RequestHandler {
  const message = `only ${allow} is answered here`;
  return () => problem(405, "METHOD_NOT_ALLOWED", message, { allow });
}

/** Known by its fields, as a class does not survive the way from another replica. Other errors are isoserve's to answer. */
function answerBadImage(error: Error & { code?: unknown; status?: unknown }): Response {
  if (error.code !== "BAD_IMAGE") throw error;
  return problem(Number(error.status), error.code, `${error.message}; ${REMEDY}`);
}
