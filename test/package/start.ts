import { serve } from "isoserve";
import app, { type Greeter } from "./app.ts";

await serve.run(app, { module: import.meta.resolve("./app.ts") });
console.log(await serve.handle<Greeter>("default/Greeter").greet("Grace"));
await serve.shutdown();
