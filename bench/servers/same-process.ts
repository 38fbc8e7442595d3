import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { report } from "./report.ts";

// The HTTP layer that isoserve uses, with the handler behind it at once: no replica, no router.
const server = createAdaptorServer({
  fetch: async (request) => {
    if (request.method !== "POST") return new Response("ok");
    const numbers = (await request.json()) as number[];
    return Response.json({ count: numbers.length });
  },
});
server.listen(0, "127.0.0.1", () => report((server.address() as AddressInfo).port));
