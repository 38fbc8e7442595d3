import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestHarness } from "wrangler";
import { echoPieces } from "./duplex.ts";
import { realSockets } from "./real-sockets.ts";
import { remoteHost } from "./suite/remote-host.ts";
import { serverSentEvents } from "./suite/sse.ts";
import { Trial } from "./suite/trial.ts";
import { websockets } from "./suite/websockets.ts";

// With clients outside of workerd; the suite itself runs inside, where it can't connect to itself.
const workerd = createTestHarness({
  workers: [{ configPath: new URL("./workerd/wrangler.json", import.meta.url) }],
});
let origin = "";

beforeAll(async () => {
  origin = (await workerd.listen()).url.origin;
}, 60_000);
afterAll(() => workerd.close());

describe.each(["inline", "worker"])("cloudflare over the network, isolation %s", (isolation) => {
  const host = remoteHost(
    isolation,
    isolation,
    (path, init) => fetch(new URL(path, origin), init),
    realSockets(async () => origin),
  );
  it("a body is answered while it is sent", async () => {
    const trial = new Trial(host);
    const { prefix } = await trial.run("mirror");
    expect(await echoPieces(`${origin}/${isolation}${prefix}/duplex`, 100)).toBe(200);
    await trial.end();
  }, 30_000);

  for (const { name, run } of [...websockets, ...serverSentEvents])
    it(name, () => run(host), 30_000);
});
