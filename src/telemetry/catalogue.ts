import { LATENCY_BUCKETS, SIZE_BUCKETS } from "./buckets.ts";
import type { Definition, MetricType, Tagging } from "./definition.ts";

/** What each of isoserve's own metrics is. `docs/metrics.md` has the same as a table. */

const CALLEE = ["application", "deployment"] as const;
const ROUTE = ["application", "route"] as const;

export const HTTP = {
  requests: counter("http_requests", "Requests answered, by the route prefix that took them.", [
    ...ROUTE,
    "method",
    "status",
  ]),
  errors: counter(
    "http_errors",
    "Requests that failed in isoserve or with an error of the application, by its code.",
    [...ROUTE, "code"],
  ),
  duration: seconds(
    "http_request_duration",
    "Time from a request's arrival until the head of its answer was there.",
    [...ROUTE, "method"],
  ),
  ongoing: gauge("http_ongoing_requests", "Requests whose answer is not there yet.", ROUTE),
} as const;

export const ROUTER = {
  calls: counter("router_calls", "Calls made to a deployment, those of HTTP included.", CALLEE),
  queued: gauge("router_queued_calls", "Calls that wait for a replica.", CALLEE),
  queueWait: seconds(
    "router_queue_wait",
    "How long calls that reached a replica had waited for one.",
    CALLEE,
  ),
  rejected: counter(
    "router_rejected_calls",
    "Calls refused with BACKPRESSURE, since maxQueuedRequests waited already.",
    CALLEE,
  ),
  timeouts: counter(
    "router_timeouts",
    "Calls whose deadline passed while they were queued or running.",
    [...CALLEE, "state"],
  ),
  cancellations: counter(
    "router_cancellations",
    "Calls cancelled by their caller while they were queued or running.",
    [...CALLEE, "state"],
  ),
} as const;

const ARM = ["application", "split", "arm"] as const;

export const SPLIT = {
  calls: counter("split_calls", "Calls that a split gave to an arm, and copies to a shadow.", [
    ...ARM,
    "role",
  ]),
  errors: counter("split_errors", "Those of them that failed; cancelled ones do not count.", [
    ...ARM,
    "role",
  ]),
  duration: seconds(
    "split_call",
    "How long they took, the wait for a replica included, up to the result or the start of a stream.",
    [...ARM, "role"],
  ),
  skipped: counter(
    "split_copies_skipped",
    "Copies that a shadow did not get, since it is behind or the call can't be copied.",
    ARM,
  ),
} as const;

export const REPLICA = {
  calls: counter("replica_calls", "Calls that a replica has ended.", [], "replica"),
  errors: counter(
    "replica_errors",
    "Calls that ended with an error of the application; cancelled ones do not count.",
    [],
    "replica",
  ),
  processing: seconds(
    "replica_processing",
    "How long a call ran in a replica, to the end of the stream it answered with.",
    [],
    "replica",
  ),
  ongoing: gauge("replica_ongoing_calls", "Calls that run in a replica.", [], "replica"),
  wasted: define(
    "counter",
    "replica_wasted_seconds",
    "seconds",
    "Run time of calls that were cancelled or passed their deadline.",
    [],
    "replica",
  ),
  busy: define(
    "counter",
    "replica_event_loop_busy_seconds",
    "seconds",
    "Time that the event loop of a replica's worker thread was busy; on Node only.",
    [],
    "replica",
  ),
} as const;

export const MODELS = {
  held: gauge("models", "Models that a replica holds or loads.", [], "replica"),
  asked: counter("model_uses", "Times that a call asked for a model by its id.", [], "replica"),
  load: seconds("model_load", "How long models took to load.", [], "replica"),
  loadFailures: counter("model_load_failures", "Models that failed to load.", [], "replica"),
  disposed: counter(
    "model_disposals",
    "Models that made room or left with their replica.",
    [],
    "replica",
  ),
} as const;

export const BATCH = {
  batches: counter(
    "batches",
    "Batches that ran, by why they closed: full, wait over, slot free, or an item's deadline near.",
    ["method", "reason"],
    "replica",
  ),
  size: {
    ...define(
      "histogram",
      "batch_size",
      "1",
      "Items of a batch, without those that fill it up to a bucket.",
      ["method"],
      "replica",
    ),
    buckets: SIZE_BUCKETS,
  },
  wait: seconds(
    "batch_wait",
    "How long an item waited for its batch to run.",
    ["method"],
    "replica",
  ),
  run: seconds("batch_run", "How long a batch ran.", ["method"], "replica"),
  waiting: gauge("batch_waiting_items", "Items that wait for a batch.", ["method"], "replica"),
  limit: gauge(
    "batch_size_limit",
    "The size at which a batch is full, as it was for the last one: targetLatencyMs changes it.",
    ["method"],
    "replica",
  ),
} as const;

export const CONTROLLER = {
  starts: counter("replica_starts", "Replicas that came to run.", CALLEE),
  startFailures: counter("replica_start_failures", "Replicas that failed to start.", CALLEE),
  startup: seconds(
    "replica_startup",
    "Time from the decision to start a replica until it ran.",
    CALLEE,
  ),
  deaths: counter(
    "replica_deaths",
    "Running replicas that died, or were replaced because they were sick.",
    CALLEE,
  ),
  checkFailures: counter(
    "health_check_failures",
    "Health checks of replicas that failed or were not answered in time.",
    CALLEE,
  ),
  replicas: gauge("replicas", "Replicas, by their state.", [...CALLEE, "state"]),
  target: gauge("target_replicas", "Replicas that should run.", CALLEE),
  deploymentStatus: gauge(
    "deployment_status",
    "1 for the status that a deployment has, 0 for the others.",
    [...CALLEE, "status"],
  ),
  applicationStatus: gauge(
    "application_status",
    "1 for the status that an application has, 0 for the others.",
    ["application", "status"],
  ),
} as const;

export const AUTOSCALING = {
  desired: gauge(
    "autoscaling_desired_replicas",
    "Replicas that the load of an autoscaled deployment calls for, before delays and room.",
    CALLEE,
  ),
  ongoing: gauge(
    "autoscaling_ongoing_calls",
    "Calls that wait or run, on average over lookBackMs: what a deployment is scaled by.",
    CALLEE,
  ),
  targetOngoing: gauge(
    "autoscaling_target_ongoing_calls",
    "Calls that each replica should have (targetOngoingRequests).",
    CALLEE,
  ),
  decisions: counter(
    "autoscaling_decisions",
    "Changes of the count of replicas by autoscaling, with why: load, panic, waiting call, bounds.",
    [...CALLEE, "direction", "reason"],
  ),
  policyFailures: counter(
    "autoscaling_policy_failures",
    "Times that a policy began to throw or to give no number.",
    CALLEE,
  ),
} as const;

export const CATALOGUE: readonly Definition[] = [
  ...Object.values(HTTP),
  ...Object.values(ROUTER),
  ...Object.values(SPLIT),
  ...Object.values(REPLICA),
  ...Object.values(MODELS),
  ...Object.values(BATCH),
  ...Object.values(CONTROLLER),
  ...Object.values(AUTOSCALING),
];

function counter(
  name: string,
  help: string,
  labels: readonly string[],
  tagging: Tagging = "none",
): Definition<"counter"> {
  return define("counter", name, "1", help, labels, tagging);
}

function gauge(
  name: string,
  help: string,
  labels: readonly string[],
  tagging: Tagging = "none",
): Definition<"gauge"> {
  return define("gauge", name, "1", help, labels, tagging);
}

function seconds(
  name: string,
  help: string,
  labels: readonly string[],
  tagging: Tagging = "none",
): Definition<"histogram"> {
  return define("histogram", `${name}_seconds`, "seconds", help, labels, tagging);
}

function define<T extends MetricType>(
  type: T,
  name: string,
  unit: string,
  help: string,
  labels: readonly string[],
  tagging: Tagging,
): Definition<T> {
  const buckets = type === "histogram" ? LATENCY_BUCKETS : [];
  return { type, name: `isoserve_${name}`, unit, help, labels, buckets, combine: "sum", tagging };
}
