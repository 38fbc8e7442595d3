import type { AutoscalingStats } from "../../src/autoscale/policy.ts";
import { fromErrorData } from "../../src/error-data.ts";
import { messageOf, ServeError } from "../../src/errors.ts";
import type { ReplicaConnection } from "../../src/platform.ts";
import type { ReplicaSettings, Vitals } from "../../src/replica/protocol.ts";
import { hostLogger } from "../../src/telemetry/host-logger.ts";
import type { MetricsSnapshot } from "../../src/telemetry/snapshot.ts";
import { ObjectCaller, type ObjectEnvironment } from "./object-caller.ts";
import type { ReplicaRegistry } from "./replica-registry.ts";
import type { ReplicaOrigin, ReplicaRpc } from "./replica-rpc.ts";

/** What controls objects. */
export interface ControlEnvironment extends ObjectEnvironment {
  readonly registry: ReplicaRegistry;
}

/** How often something is asked of an object that dies each time. */
const ATTEMPTS = 3;

/** A replica in a Durable Object, as its controller holds it. */
export class ObjectConnection extends ObjectCaller implements ReplicaConnection {
  readonly needsChecks: boolean;
  readonly #registry: ReplicaRegistry;
  #ongoing = 0;

  /** @param needsChecks false when the class has no `checkHealth` */
  constructor(replicaId: string, environment: ControlEnvironment, needsChecks: boolean) {
    super(replicaId, environment);
    this.needsChecks = needsChecks;
    this.#registry = environment.registry;
  }

  /** @throws what the user's code threw */
  async start(origin: ReplicaOrigin): Promise<void> {
    const failure = await this.object.start(origin);
    if (failure) throw fromErrorData(failure.error);
  }

  async reconfigure(settings: ReplicaSettings): Promise<void> {
    const failure = await this.#ask((object) => object.reconfigure(settings));
    if (failure) throw this.#failure(fromErrorData(failure.error));
    this.#registry.configured(this.replicaId, settings);
  }

  async check(): Promise<void> {
    const health = await this.#ask((object) => object.check());
    if ("error" in health) throw this.#failure(fromErrorData(health.error));
    this.#ongoing = health.ongoing;
  }

  /** As it said when it was checked last. */
  get ongoing(): number {
    return this.#ongoing;
  }

  /** An object's event loop is its isolate's: nobody outside can see it blocked. */
  vitals(): Vitals {
    return { ongoing: 0, turns: 0, utilization: 0 };
  }

  async metrics(): Promise<MetricsSnapshot> {
    return this.#ask((object) => object.metrics());
  }

  async autoscalingStats(): Promise<AutoscalingStats> {
    const answer = await this.#ask((object) => object.autoscalingStats());
    if ("error" in answer) throw this.#failure(fromErrorData(answer.error));
    return answer.stats;
  }

  async drain(): Promise<void> {
    this.#registry.draining(this.replicaId);
    await this.#ask((object) => object.drain());
  }

  async stop(): Promise<void> {
    this.#registry.draining(this.replicaId);
    try {
      await this.#ask((object) => object.retire());
      this.#registry.ended(this.replicaId);
    } catch (error) {
      // It stays in the registry as draining: the next controller tries again.
      hostLogger().error(`${this.replicaId} could not be stopped: ${messageOf(error)}`);
    }
    // The abort takes the answer with it.
    await this.object.abort().catch(() => {});
    this.closing.close({ expected: true, message: "it was stopped" });
  }

  /** The object was asked to go on after its death, and can't. */
  fail(message: string): void {
    this.#registry.ended(this.replicaId);
    this.closing.close({ expected: false, message });
  }

  /** A replica that says it is none any more has to be replaced. */
  #failure(error: unknown): unknown {
    if (error instanceof ServeError && error.code === "REPLICA_DIED") this.fail(error.message);
    return error;
  }

  /** An object that dies is started again, so what it was asked may be asked again. */
  async #ask<T>(question: (object: ReplicaRpc) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await question(this.object);
      } catch (error) {
        if (attempt < ATTEMPTS) continue;
        const message = `${this.replicaId}: its object dies whatever it is asked (${messageOf(error)})`;
        throw new ServeError("REPLICA_DIED", message, { cause: error });
      }
    }
  }
}
