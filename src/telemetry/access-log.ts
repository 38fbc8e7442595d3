import type { Clock } from "../clock.ts";
import type { HostLog } from "./host-log.ts";
import type { LogOrigin } from "./log-line.ts";
import type { Logger } from "./logger.ts";
import { inheritLogging, type LoggingOptions } from "./logging.ts";

/** A route as a log has it. */
export interface LoggedRoute {
  readonly application: string;
  readonly prefix: string;
  /** Its ingress: `application/deployment`. */
  readonly key: string;
  /** What is said for its ingress deployment. */
  readonly logging?: LoggingOptions | undefined;
}

/** Logs a request that was answered; of its path not the query, which may hold what nobody should read. */
export type LogAnswer = (
  request: Pick<Request, "method">,
  status: number,
  path: string,
  requestId: string,
  arrivedAt: number,
) => void;

/** What an ingress logs. */
export class IngressLog {
  readonly #host: HostLog;
  readonly #clock: Clock;
  readonly #routes = new WeakMap<LoggedRoute, RouteLog>();
  readonly #unrouted: RouteLog;

  constructor(host: HostLog, clock: Clock) {
    this.#host = host;
    this.#clock = clock;
    this.#unrouted = this.#make({}, "", undefined);
  }

  of(route: LoggedRoute | undefined): RouteLog {
    if (!route) return this.#unrouted;
    let log = this.#routes.get(route);
    if (!log) {
      const { application, prefix, key, logging } = route;
      const deployment = key.slice(application.length + 1);
      log = this.#make({ application, deployment }, prefix, logging);
      this.#routes.set(route, log);
    }
    return log;
  }

  #make(origin: LogOrigin, prefix: string, logging: LoggingOptions | undefined): RouteLog {
    const { accessLog = false } = inheritLogging(this.#host.logging, logging);
    return new RouteLog(this.#host.of(origin, logging), this.#clock, prefix, accessLog);
  }
}

/** What an ingress logs of the requests to one route. */
export class RouteLog {
  readonly logger: Logger;
  /** Undefined where nothing is logged of a request that was answered. */
  readonly answered: LogAnswer | undefined;

  constructor(logger: Logger, clock: Clock, route: string, accessLog: boolean) {
    this.logger = logger;
    const named = route === "" ? {} : { route };
    const write: LogAnswer = ({ method }, status, path, requestId, arrivedAt) => {
      const durationMs = Math.max(0, Math.round((clock.now() - arrivedAt) * 1000) / 1000);
      const fields = { method, path, status, durationMs, ...named };
      const text = `${method} ${path} ${status} ${durationMs.toFixed(1)} ms`;
      logger.write("info", "request", fields, { requestId }, text);
    };
    this.answered = accessLog && logger.shows("info") ? write : undefined;
  }

  /** A request failed in a way that its answer does not tell. */
  failed(error: unknown, requestId: string): void {
    this.logger.write("error", "request failed", { error }, { requestId });
  }
}
