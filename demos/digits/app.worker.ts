import { serveReplica } from "isoserve/browser";
import app from "./app.ts";

serveReplica(app);
