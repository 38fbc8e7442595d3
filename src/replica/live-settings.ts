import type { ReplicaBatches } from "../batch/replica-batches.ts";
import { ServeError } from "../errors.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Hooks } from "./hooks.ts";
import { checkTermination, type Overdue, type Terminate } from "./overdue.ts";
import type { ReplicaSettings } from "./protocol.ts";
import type { Slots } from "./slots.ts";

/** What settings of a replica act on. */
export interface SettingsParts {
  readonly deployment: string;
  readonly hooks: Hooks;
  readonly slots: Slots;
  readonly batches: ReplicaBatches;
  readonly overdue: Overdue;
  readonly logger: Logger;
  readonly terminate: Terminate | undefined;
}

/** The options of a replica that change while it runs. */
export class LiveSettings {
  readonly #parts: SettingsParts;
  #userConfig: unknown;
  #maxOngoing: number;
  #changing: Promise<void> = Promise.resolve();

  constructor(maxOngoingRequests: number, parts: SettingsParts) {
    this.#parts = parts;
    this.#maxOngoing = maxOngoingRequests;
    parts.batches.watch(() => this.#setCap());
  }

  /** @throws what `reconfigure` throws; the settings then stay as they were */
  change(settings: ReplicaSettings): Promise<void> {
    // One after the other: the last one given must be the last one taken.
    const done = this.#changing.then(() => this.#apply(settings));
    this.#changing = done.catch(() => {});
    return done;
  }

  /** Gives the instance its `userConfig`, where there is one. @throws what `reconfigure` throws */
  async configure(userConfig: unknown): Promise<void> {
    if (userConfig === undefined) return;
    const { hooks, deployment } = this.#parts;
    if (!hooks.canReconfigure) {
      throw new ServeError(
        "INVALID_OPTION",
        `deployment(${deployment}): option userConfig needs a method reconfigure(userConfig)`,
      );
    }
    await hooks.reconfigure(structuredClone(userConfig));
    this.#userConfig = userConfig;
  }

  async #apply(settings: ReplicaSettings): Promise<void> {
    const { maxOngoingRequests, userConfig, terminateAfterCancelMs, logging = {} } = settings;
    const { deployment, overdue, logger, terminate } = this.#parts;
    checkTermination(deployment, settings, terminate);
    if (JSON.stringify(userConfig) !== JSON.stringify(this.#userConfig)) {
      await this.configure(userConfig);
    }
    this.#maxOngoing = maxOngoingRequests;
    this.#setCap();
    overdue.graceMs = terminateAfterCancelMs;
    logger.logging = logging;
  }

  /** Batches must be able to fill while others run. */
  #setCap(): void {
    const { batches, slots, logger } = this.#parts;
    const cap = Math.max(this.#maxOngoing, batches.room);
    if (cap > this.#maxOngoing && cap !== slots.cap) {
      logger.write(
        "info",
        `maxOngoingRequests is raised from ${this.#maxOngoing} to ${cap}, for batches to run while the next ones fill: maxBatchSize * (maxConcurrentBatches + 1)`,
      );
    }
    slots.cap = cap;
  }
}
