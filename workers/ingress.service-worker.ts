import { serveIngress } from "../adapters/browser/service-worker.ts";

serveIngress();
