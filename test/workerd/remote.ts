import type { CloudflareModule } from "../../adapters/cloudflare/code-names.ts";
import { answerSocket, asksForSocket } from "../../adapters/cloudflare/web-socket.ts";
import { toErrorData } from "../../src/error-data.ts";
import type { ReplicaConnection } from "../../src/platform.ts";
import type { ServeHost } from "../../src/serve.ts";
import type { SuiteHost } from "../suite/case.ts";
import type { RemoteAction } from "../suite/remote-host.ts";

type Host = SuiteHost & { readonly serve: ServeHost<CloudflareModule, ReplicaConnection> };

/**
 * Lets tests outside of workerd use a host inside: `/-remote/inline` with an action in its body, `/inline/...` for the
 * applications themselves.
 */
export async function remote(
  request: Request,
  hostOf: (isolation: string) => Host,
): Promise<Response> {
  const { pathname, search, origin } = new URL(request.url);
  const [, first = "", ...rest] = pathname.split("/");
  if (first === "-remote") return act(hostOf(rest[0] ?? ""), await request.json());
  const { ingress } = hostOf(first).serve;
  const asked = new Request(`${origin}/${rest.join("/")}${search}`, request);
  return asksForSocket(asked) ? answerSocket(asked, ingress) : ingress.fetch(asked);
}

let answers = 0;

async function act(host: Host, action: RemoteAction): Promise<Response> {
  // workerd cancels a request that waits for what another one brings about.
  const alive = setInterval(() => {}, 1000);
  const answer = (content: object) => {
    answers += 1;
    return Response.json({ ...content, status: host.serve.status(), number: answers });
  };
  try {
    return answer({ value: await done(host, action) });
  } catch (error) {
    return answer({ error: toErrorData(error) });
  } finally {
    clearInterval(alive);
  }
}

async function done(host: Host, action: RemoteAction): Promise<unknown> {
  switch (action.type) {
    case "run":
      await host.run(action.exportName, action.options);
      return undefined;
    case "delete":
      return host.serve.delete(action.name);
    case "kill":
      return host.kill(action.replicaId);
    case "call": {
      const handle = host.serve.handle<
        Record<string, (...args: readonly unknown[]) => Promise<unknown>>
      >(action.handle);
      return await handle[action.method]?.(...action.args);
    }
  }
}
