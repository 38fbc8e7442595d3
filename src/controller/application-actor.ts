import { type NamedSplit, nameOf, type Reference, splitReference } from "../application-graph.ts";
import type { Clock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { DeploymentKey } from "../handle.ts";
import type { Route } from "../http/route-prefix.ts";
import type { ReplicaConnection } from "../platform.ts";
import type { TrafficPlan } from "../traffic-plan.ts";
import type { ApplicationScaling } from "./application-scaling.ts";
import type { ApplicationTarget } from "./application-target.ts";
import type { DeploymentActor } from "./deployment-actor.ts";
import type { Aim, DeploymentTarget } from "./deployment-target.ts";
import { planOf, withPlan } from "./division.ts";
import { type ApplicationStatus, applicationStatus, isWell } from "./status.ts";
import { upgradeStep } from "./upgrade.ts";

interface Committed<Code> {
  readonly target: ApplicationTarget<Code>;
  readonly aims: ReadonlyMap<string, Aim<Code>>;
}

export interface ApplicationFailure {
  readonly key: DeploymentKey;
  readonly error: unknown;
}

/** How the newest change goes; `done` once what it left out is gone too. */
export type Outcome = "under way" | "done" | "failed" | "rolled back" | "deleted";

/**
 * One application, the unit of upgrade: an update is done when all its deployments are healthy; until then the old
 * ingress is served, and when one of them fails all go back to what ran before.
 */
export class ApplicationActor<Code, C extends ReplicaConnection> {
  readonly name: string;
  readonly #make: (target: DeploymentTarget<Code>) => DeploymentActor<Code, C>;
  readonly #together: ApplicationScaling;
  readonly #changed: () => void;
  readonly #clock: Clock;
  readonly #quiet: (key: DeploymentKey) => Promise<void>;
  readonly #divided: (name: string, split: NamedSplit | undefined) => void;
  #target: ApplicationTarget<Code>;
  #actors = new Map<string, DeploymentActor<Code, C>>();
  /** What the newest change leaves out: drained once those that call it are updated. */
  #leaving: DeploymentActor<Code, C>[] = [];
  #committed: Committed<Code> | undefined;
  /** What requests and calls meet: the target, once it was healthy. */
  #served: ApplicationTarget<Code>;
  #outcome: Outcome = "under way";
  #failure: ApplicationFailure | undefined;
  #deleting = false;
  #shown: { readonly status: ApplicationStatus["status"]; readonly since: number };

  /**
   * @param make starts the actor of a new deployment
   * @param changed called when the outcome or what is served has changed
   */
  constructor(
    name: string,
    target: ApplicationTarget<Code>,
    { make, together, changed, divided, quiet, clock }: ApplicationEnvironment<Code, C>,
  ) {
    this.name = name;
    this.#make = make;
    this.#together = together;
    this.#changed = changed;
    this.#quiet = quiet;
    this.#clock = clock;
    this.#shown = { status: "DEPLOYING", since: Math.floor(clock.now()) };
    this.#divided = divided;
    this.#target = target;
    this.#served = target;
    this.#aim(target);
  }

  get outcome(): Outcome {
    return this.#outcome;
  }

  /** Why the newest change failed, whether it was rolled back or not. */
  get failure(): ApplicationFailure | undefined {
    return this.#failure;
  }

  get deleting(): boolean {
    return this.#deleting;
  }

  /** Where requests go; undefined when it is being deleted. */
  get served(): Route | undefined {
    if (this.#deleting) return undefined;
    const { routePrefix: prefix, ingress, deployments } = this.#served;
    const found = deployments.find(({ node }) => node.name === ingress);
    const logging = found?.node.options.logging;
    return { application: this.name, prefix, key: `${this.name}/${ingress}`, logging };
  }

  /** The prefixes it has or is to have. */
  get prefixes(): readonly string[] {
    return [this.#served.routePrefix, this.#target.routePrefix];
  }

  get target(): ApplicationTarget<Code> {
    return this.#target;
  }

  /** What may be called: of each deployment what was healthy last, of those that are new what they are to be. */
  get called(): readonly DeploymentTarget<Code>[] {
    const served = new Map(this.#served.deployments.map((one) => [one.node.name, one]));
    const actors = [...this.#leaving, ...this.#actors.values()];
    return actors.map(({ target }) => served.get(target.node.name) ?? target);
  }

  /** The splits that may be called. */
  get splits(): readonly NamedSplit[] {
    return this.#served.splits;
  }

  /** What a name of a deployment or split stands for, or the ingress where none is given. */
  reference(name: string | undefined): Reference | undefined {
    if (name === undefined) return this.#target.ingress;
    if (this.#actors.has(name)) return name;
    return this.#target.splits.some((split) => split.name === name)
      ? splitReference(name)
      : undefined;
  }

  get status(): ApplicationStatus {
    const entries = [...this.#actors].map(([name, { status }]) => [name, status] as const);
    const deployments = Object.assign(Object.create(null), Object.fromEntries(entries));
    const judged = this.#judge(deployments);
    const { routePrefix, ingress } = this.#target;
    const splits = Object.fromEntries(
      this.#served.splits.map((split) => [split.name, planOf(split)]),
    );
    const { since } = this.#shown;
    const shown = { ...judged, since, routePrefix, ingress: nameOf(ingress), deployments, splits };
    return this.#failure ? { ...shown, updateFailure: messageOf(this.#failure.error) } : shown;
  }

  update(target: ApplicationTarget<Code>): void {
    this.#failure = undefined;
    this.#outcome = "under way";
    this.#aim(target);
  }

  /** The share of the replicas that should run has changed. */
  rescale(): void {
    if (this.#outcome === "done") this.#outcome = "under way";
    for (const actor of [...this.#leaving, ...this.#actors.values()]) actor.rescale();
  }

  /** Divides the calls of a split anew, at once. */
  divide(name: string, plan: TrafficPlan): void {
    const divided = (target: ApplicationTarget<Code>) => ({
      ...target,
      splits: target.splits.map((split) => (split.name === name ? withPlan(split, plan) : split)),
    });
    this.#target = divided(this.#target);
    if (this.#committed)
      this.#committed = { ...this.#committed, target: divided(this.#committed.target) };
    this.#serve(divided(this.#served));
    this.#changed();
  }

  /** Looks at what has become of its deployments, and takes the next step of the change under way. */
  look(): void {
    // Notes when the status changes, whether somebody asks for it or not.
    this.#judge(
      Object.fromEntries([...this.#actors].map(([name, { judgement }]) => [name, judgement])),
    );
    if (this.#outcome !== "under way" || this.#deleting) return;
    const committed = this.#committed;
    // What the change left alone is no reason to undo it, nor to wait.
    const changed = [...this.#actors].flatMap(([name, actor]) =>
      committed?.aims.get(name) === actor.aim ? [] : [actor],
    );
    const failed = changed.find((actor) => actor.failed(committed !== undefined));
    const awaited = changed.length > 0 ? changed : [...this.#actors.values()];
    const healthy = awaited.every(({ judgement }) => isWell(judgement));
    const step = upgradeStep({
      failed: failed !== undefined,
      healthy,
      committed: committed !== undefined,
    });
    if (step === "wait") return;
    if (step === "commit") return this.#commit();
    const { key, failure: error } = failed as DeploymentActor<Code, C>;
    this.#failure = { key, error };
    if (step === "roll back") this.#rollBack();
    else this.#end("failed");
  }

  /** Drains and ends all its deployments: callers before what they call. */
  async delete(): Promise<void> {
    this.#deleting = true;
    for (const { name } of this.#served.splits) this.#divided(name, undefined);
    this.#changed();
    const callersFirst = [...this.#leaving, ...this.#actors.values()].reverse();
    for (const actor of callersFirst) await actor.delete(await this.#silence(actor));
    this.#end("deleted");
  }

  #aim(target: ApplicationTarget<Code>): void {
    const existing = [...this.#leaving, ...this.#actors.values()];
    this.#actors = new Map(
      target.deployments.map((deployment) => {
        const { name } = deployment.node;
        const running = existing.find((actor) => actor.target.node.name === name);
        if (running && running.target !== deployment) running.update(deployment);
        return [name, running ?? this.#make(deployment)];
      }),
    );
    this.#leave(existing);
    this.#target = target;
    // Nothing answers there yet: the calls may as well wait for what is coming.
    if (!this.#committed) this.#serve(target);
    this.#changed();
  }

  #commit(): void {
    const aims = new Map([...this.#actors].map(([name, { aim }]) => [name, aim]));
    this.#committed = { target: this.#target, aims };
    this.#serve(this.#target);
    this.#changed();
    void this.#drop();
  }

  #rollBack(): void {
    const { target, aims } = this.#committed as Committed<Code>;
    const existing = [...this.#leaving, ...this.#actors.values()];
    const wanted = existing.filter((actor) => aims.has(actor.target.node.name));
    this.#actors = new Map(
      [...aims].flatMap(([name, aim]) => {
        const actor = wanted.find((one) => one.target.node.name === name);
        if (actor && actor.aim !== aim) actor.rollBack(aim);
        return actor ? [[name, actor]] : [];
      }),
    );
    this.#leave(existing);
    this.#target = target;
    this.#end("rolled back");
    void this.#drop();
  }

  #leave(existing: readonly DeploymentActor<Code, C>[]): void {
    const staying = new Set(this.#actors.values());
    this.#leaving = existing.filter((actor) => !staying.has(actor));
  }

  /** Ends what the change left out: callers before what they call. */
  async #drop(): Promise<void> {
    const target = this.#target;
    const leaving = this.#leaving;
    for (const actor of [...leaving].reverse()) {
      // Requests that were on their way to an ingress before another one took its place.
      const leftMs = await this.#silence(actor);
      // Another update may want it again meanwhile.
      if (this.#leaving.includes(actor)) await actor.delete(leftMs);
    }
    this.#leaving = this.#leaving.filter((actor) => !leaving.includes(actor));
    if (this.#target === target && this.#outcome === "under way") this.#end("done");
  }

  /**
   * Waits for the requests that a deployment still has to answer, those that wait for a replica too, as long as they
   * may take. Returns the milliseconds that are left of that.
   */
  async #silence({ key, target }: DeploymentActor<Code, C>): Promise<number> {
    const { gracefulShutdownTimeoutMs } = target.node.options;
    const began = this.#clock.now();
    const answered = new AbortController();
    const late = this.#clock.sleep(gracefulShutdownTimeoutMs, answered.signal);
    await Promise.race([this.#quiet(key), late]);
    answered.abort();
    return Math.max(0, gracefulShutdownTimeoutMs - (this.#clock.now() - began));
  }

  #judge(
    deployments: Parameters<typeof applicationStatus>[0],
  ): ReturnType<typeof applicationStatus> {
    const note = this.#failure && `the update failed: ${messageOf(this.#failure.error)}`;
    const judged = applicationStatus(deployments, { deleting: this.#deleting, note });
    if (judged.status !== this.#shown.status) {
      this.#shown = { status: judged.status, since: Math.floor(this.#clock.now()) };
    }
    return judged;
  }

  #end(outcome: Outcome): void {
    this.#outcome = outcome;
    this.#changed();
  }

  #serve(target: ApplicationTarget<Code>): void {
    const gone = this.#served.splits.filter(
      ({ name }) => !target.splits.some((split) => split.name === name),
    );
    this.#served = target;
    this.#together.policy = target.autoscalingPolicy;
    for (const { name } of gone) this.#divided(name, undefined);
    for (const split of target.splits) this.#divided(split.name, split);
  }
}

export interface ApplicationEnvironment<Code, C extends ReplicaConnection> {
  readonly make: (target: DeploymentTarget<Code>) => DeploymentActor<Code, C>;
  /** Scales its deployments together. */
  readonly together: ApplicationScaling;
  readonly changed: () => void;
  /** How a split divides its calls from now on; undefined when it is gone. */
  readonly divided: (name: string, split: NamedSplit | undefined) => void;
  /** Resolves once no request that was handed to a deployment waits for its answer. */
  readonly quiet: (key: DeploymentKey) => Promise<void>;
  readonly clock: Clock;
}
