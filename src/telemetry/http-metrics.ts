import type { Clock } from "../clock.ts";
import { HTTP } from "./catalogue.ts";
import type { CounterCell, GaugeCell, HistogramCell } from "./cells.ts";
import type { Registry } from "./registry.ts";
import { secondsOf } from "./seconds.ts";

/** A route as labels have it. */
export interface CountedRoute {
  readonly application: string;
  readonly prefix: string;
}

/** Clients can send any method: what is none of these counts as `other`. */
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
const OTHER = METHODS.length;

/** What an ingress counts. */
export class HttpMetrics {
  readonly #registry: Registry;
  readonly #clock: Clock;
  readonly #routes = new WeakMap<CountedRoute, RouteMetrics>();
  /** Of requests that no application serves. */
  readonly #unrouted: RouteMetrics;
  /** What the last request was for, which the next one mostly is too. */
  #last: { readonly route: CountedRoute; readonly metrics: RouteMetrics } | undefined;

  constructor(registry: Registry, clock: Clock) {
    this.#registry = registry;
    this.#clock = clock;
    this.#unrouted = new RouteMetrics(registry, clock, { application: "", prefix: "" });
  }

  of(route: CountedRoute | undefined): RouteMetrics {
    if (this.#last && this.#last.route === route) return this.#last.metrics;
    if (!route) return this.#unrouted;
    const metrics = this.#routes.get(route) ?? new RouteMetrics(this.#registry, this.#clock, route);
    this.#routes.set(route, metrics);
    this.#last = { route, metrics };
    return metrics;
  }
}

/** What is counted of the requests to one route. */
export class RouteMetrics {
  readonly #registry: Registry;
  readonly #clock: Clock;
  readonly #labels: readonly [application: string, route: string];
  readonly #ongoing: GaugeCell;
  readonly #requests = new Map<number, CounterCell>();
  readonly #durations: HistogramCell[] = [];

  constructor(registry: Registry, clock: Clock, { application, prefix }: CountedRoute) {
    this.#registry = registry;
    this.#clock = clock;
    this.#labels = [application, prefix];
    this.#ongoing = registry.family(HTTP.ongoing).at(this.#labels);
  }

  arrived(): void {
    this.#ongoing.value += 1;
  }

  /** @param code of the error that it failed with; undefined for an answer of the application */
  answered(arrivedAt: number, method: string, status: number, code: string | undefined): void {
    this.#ongoing.value -= 1;
    const found = METHODS.indexOf(method);
    const at = found < 0 ? OTHER : found;
    this.#duration(at).observe(secondsOf(this.#clock.now() - arrivedAt));
    this.#request(at, status).inc();
    if (code === undefined) return;
    const failures = this.#registry.family(HTTP.errors).at([...this.#labels, code]);
    failures.inc();
  }

  #request(method: number, status: number): CounterCell {
    const key = method * 1000 + status;
    let cell = this.#requests.get(key);
    if (!cell) {
      const values = [...this.#labels, METHODS[method] ?? "other", String(status)];
      cell = this.#registry.family(HTTP.requests).at(values);
      this.#requests.set(key, cell);
    }
    return cell;
  }

  #duration(method: number): HistogramCell {
    let cell = this.#durations[method];
    if (!cell) {
      const values = [...this.#labels, METHODS[method] ?? "other"];
      cell = this.#registry.family(HTTP.duration).at(values);
      this.#durations[method] = cell;
    }
    return cell;
  }
}
