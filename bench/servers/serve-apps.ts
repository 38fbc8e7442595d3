import { count, ok, relay, ticks } from "../apps.ts";
import { listen, type serve } from "../isoserve.ts";
import { report } from "./report.ts";

/** Serves what the suites ask for. */
export async function serveApps(
  by: typeof serve,
  module = import.meta.resolve("../apps.ts"),
): Promise<void> {
  await by.run(ok, { name: "ok", routePrefix: "/ok", module: `${module}#ok` });
  await by.run(count, { name: "count", routePrefix: "/count", module: `${module}#count` });
  await by.run(relay, { name: "relay", routePrefix: "/relay", module: `${module}#relay` });
  await by.run(ticks, { name: "ticks", routePrefix: "/ticks", module: `${module}#ticks` });
  const { port } = await listen(by, { port: 0 });
  report(port);
}
