export type { Application } from "./application.ts";
export type { AutoscalingOptions, ResolvedAutoscaling } from "./autoscale/autoscaling-options.ts";
export type {
  ApplicationAutoscalingPolicy,
  AutoscalingContext,
  AutoscalingPolicy,
  AutoscalingStats,
} from "./autoscale/policy.ts";
export type { BatchInfo, BatchReason } from "./batch/batch-info.ts";
export type { BatchOptions } from "./batch/batch-options.ts";
export { type Batched, type BatchedStream, type BatchStream, batch } from "./batch.ts";
export { type Clock, systemClock } from "./clock.ts";
export { type AsyncContext, type CallContext, context, synchronousContext } from "./context.ts";
export type { AutoscalingStatus } from "./controller/autoscaling-status.ts";
export type {
  ApplicationStatus,
  ApplicationStatusName,
  DeploymentStatus,
  DeploymentStatusName,
} from "./controller/status.ts";
export { type Deployment, deployment } from "./deployment.ts";
export { type ErrorCode, ServeError } from "./errors.ts";
export type { Handle, HandleOptions } from "./handle.ts";
export type { ServerSentEvent } from "./http/event-text.ts";
export { type SseOptions, sse } from "./http/sse.ts";
export { type Multiplexed, type MultiplexOptions, multiplexed } from "./multiplexed.ts";
export type { DeploymentOptions, Isolation, RuntimeEnv } from "./options.ts";
export {
  holdNothing,
  type Platform,
  type ReplicaConnection,
  type ReplicaSource,
  type ReplicaSpawner,
} from "./platform.ts";
export { DeploymentResponse } from "./response.ts";
export type {
  RoutedCall,
  RouterCandidate,
  RouterFunction,
  RouterName,
} from "./router/router-option.ts";
export { createServe, type RunOptions, type Serve, type ServeStatus } from "./serve.ts";
export { type SplitOptions, split } from "./split.ts";
export { type Log, log } from "./telemetry/log.ts";
export type { LogFields, LoggedError, LogLine, LogOrigin, LogSink } from "./telemetry/log-line.ts";
export type { LogFormat, LoggingOptions, LogLevel } from "./telemetry/logging.ts";
export {
  type Counter,
  type Gauge,
  type Histogram,
  type Labelled,
  metrics,
} from "./telemetry/metrics.ts";
export type { TrafficPlan } from "./traffic-plan.ts";
export { transfer } from "./transfer.ts";
export type { ServerWebSocket, WebSocketHooks } from "./websocket/hooks.ts";
export { type UpgradeOptions, upgradeWebSocket } from "./websocket/upgrade.ts";
