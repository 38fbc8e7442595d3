import {
  type AutoscalingOptions,
  resolveAutoscaling,
} from "../../src/autoscale/autoscaling-options.ts";
import { byOngoingCalls } from "../../src/autoscale/by-ongoing-calls.ts";
import { initialState, type ScalingState, type ScalingView } from "../../src/autoscale/decide.ts";
import { type AutoscalingContext, wishOf } from "../../src/autoscale/policy.ts";

/** What a decision goes by, but for what a test gives. */
export function contextOf(
  given: Partial<AutoscalingContext> = {},
  autoscaling: AutoscalingOptions = {},
): AutoscalingContext {
  const options = resolveAutoscaling(autoscaling);
  const { targetReplicas = 1, ongoing = 0 } = given;
  return {
    application: "app",
    deployment: "Model",
    now: 0,
    ongoing,
    recent: ongoing,
    queued: 0,
    running: 0,
    targetReplicas,
    runningReplicas: targetReplicas,
    minReplicas: options.minReplicas,
    maxReplicas: options.maxReplicas,
    options,
    stats: {},
    lastUpscaleAt: undefined,
    lastDownscaleAt: undefined,
    ...given,
  };
}

export function viewOf(
  context: AutoscalingContext,
  state: ScalingState = initialState(context.targetReplicas, context.now),
  most = Number.POSITIVE_INFINITY,
): ScalingView {
  const wish = wishOf(context.options.policy ?? byOngoingCalls, context);
  return { context, wish, state, most, mayPanic: context.options.policy === undefined };
}
