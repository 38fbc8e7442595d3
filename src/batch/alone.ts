import { systemClock } from "../clock.ts";
import { registerAsyncContext, synchronousContext } from "../context.ts";
import { keepNothing } from "../keep-alive.ts";
import { ReplicaModels } from "../multiplex/replica-models.ts";
import { holdNothing } from "../platform.ts";
import { hostScope } from "../telemetry/scope.ts";
import { ReplicaBatches } from "./replica-batches.ts";

let batches: ReplicaBatches | undefined;

/** For what is batched where no replica is: a test of the class alone. */
export function aloneBatches(): ReplicaBatches {
  if (batches) return batches;
  const asyncContext = synchronousContext();
  registerAsyncContext(asyncContext);
  const replica = { application: "no application", deployment: "batch", replicaId: "no replica" };
  const platform = {
    asyncContext,
    clock: systemClock,
    hold: holdNothing,
    keepAlive: keepNothing,
    scope: { registry: undefined, logger: hostScope.logger },
  };
  batches = new ReplicaBatches(replica, new ReplicaModels(replica, platform), platform);
  return batches;
}
