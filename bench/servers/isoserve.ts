import { count, ok } from "../apps.ts";
import { listen, serve } from "../isoserve.ts";
import { report } from "./report.ts";

const module = import.meta.resolve("../apps.ts");
await serve.run(ok, { name: "ok", routePrefix: "/ok", module: `${module}#ok` });
await serve.run(count, { name: "count", routePrefix: "/count", module: `${module}#count` });
const { port } = await listen(serve, { port: 0 });
report(port);
