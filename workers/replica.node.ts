import { serveThread } from "../adapters/node/guest.ts";

serveThread();
