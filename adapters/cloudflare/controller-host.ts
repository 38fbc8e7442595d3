import { Caller } from "../../src/caller.ts";
import { Controller } from "../../src/controller/controller.ts";
import type { Declarations } from "../../src/controller/declarations.ts";
import { TargetState } from "../../src/controller/target-state.ts";
import { unloadedStatuses } from "../../src/controller/unloaded.ts";
import type { DeploymentKey } from "../../src/handle.ts";
import type { ReplicaConnection } from "../../src/platform.ts";
import type { ServeStatus } from "../../src/serve.ts";
import type { HostLog } from "../../src/telemetry/host-log.ts";
import { HostMetrics } from "../../src/telemetry/host-metrics.ts";
import { Registry } from "../../src/telemetry/registry.ts";
import type { MetricsSnapshot } from "../../src/telemetry/snapshot.ts";
import { AlarmLoop } from "./alarm-loop.ts";
import type { ReplicaNamespace } from "./bindings.ts";
import type { CloudflareModule } from "./code-names.ts";
import { declareScript } from "./declare-script.ts";
import { ObjectConnection } from "./object-connection.ts";
import { objectSpawner } from "./object-spawner.ts";
import { endOrphans } from "./orphans.ts";
import { hostPlatform, workerdPlatform } from "./platform.ts";
import { PublishedTable } from "./published-table.ts";
import { ReportedLoads } from "./reported-loads.ts";
import type { Script } from "./script.ts";
import { SqlRegistry } from "./sql-registry.ts";
import { standInSpawner } from "./stand-in-spawner.ts";
import { durableStore } from "./store.ts";

/** The controller of a script, as its object runs it. */
export interface ControllerHost {
  readonly declarations: Declarations;
  readonly published: PublishedTable;
  readonly loop: AlarmLoop;
  status(): ServeStatus;
  metrics(): Promise<MetricsSnapshot>;
  readonly loads: ReportedLoads;
}

export interface ControllerNeeds {
  readonly script: Script;
  readonly replicas: () => ReplicaNamespace;
  /** Whether anything is counted. */
  readonly metrics: boolean;
  readonly log: HostLog;
}

/**
 * Brings back what was declared and what runs, and declares what is new in the script.
 *
 * @throws ServeError `STATE_UNREADABLE`; what is stored is then as it was
 */
export async function startController(
  storage: DurableObjectStorage,
  { script, replicas, metrics: counts, log }: ControllerNeeds,
): Promise<ControllerHost> {
  const store = durableStore(storage);
  const registry = new SqlRegistry(storage.sql);
  const inline = workerdPlatform();
  const spawner = objectSpawner({
    inline: standInSpawner(inline, registry),
    platform: inline,
    replicas,
    registry,
  });
  const platform = hostPlatform(inline, spawner, store, script.exports);
  const { clock, loader } = platform;
  const loop = new AlarmLoop(
    storage,
    Date.now,
    () => controller.tick(),
    () => registry.moving,
  );
  let published: PublishedTable | undefined;
  const metrics = counts ? new HostMetrics(clock, new Registry()) : undefined;
  const door = {
    routed: () => published?.follow(),
    // The isolates' requests can't be seen from here.
    quiet: async () => {},
  };
  const controller = new Controller<CloudflareModule, ReplicaConnection>(
    platform,
    loop.wake,
    door,
    metrics,
    log,
  );
  const target = new TargetState(controller, { loader, store, now: clock.now, log: log.own });
  await target.recover();
  await declareScript(script.applications, target, store);
  published = new PublishedTable(controller, registry.nextBoot(Date.now()));
  published.follow();

  const isWanted = (key: DeploymentKey) => {
    const [name = "", deployment] = key.split("/");
    const called = controller.get(name)?.called ?? [];
    return target.unloaded.has(name) || called.some(({ node }) => node.name === deployment);
  };
  const { handle: handleFor } = new Caller(controller.replicaSets, platform);
  const connect = (replicaId: string) =>
    new ObjectConnection(replicaId, { replicas, registry, handleFor }, false);
  const names = Object.keys(controller.applications);
  // Until then callers of an older version may still call them.
  void Promise.allSettled(names.map((name) => controller.settled(name))).then(() =>
    endOrphans(registry, isWanted, connect, clock),
  );

  return {
    declarations: target,
    published,
    loop,
    loads: new ReportedLoads(controller.replicaSets.loads, clock.now),
    metrics: async () => metrics?.collect(controller.applications) ?? [],
    status: () => ({
      applications: { ...unloadedStatuses(target.unloaded), ...controller.applications },
    }),
  };
}
