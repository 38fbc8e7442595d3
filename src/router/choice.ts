import type { DeploymentKey } from "../handle.ts";
import type { CallRequest } from "../replica/protocol.ts";
import { currentScope } from "../telemetry/scope.ts";
import { type Canary, sidesOf } from "./canary.ts";
import { rankByFunction } from "./choose/by-function.ts";
import { chooseConsistentHash, homeOf } from "./choose/by-key.ts";
import { chooseByModel } from "./choose/by-model.ts";
import { type Choose, type Choosing, hasRoom } from "./choose/candidate.ts";
import type { ReplicaSetChange } from "./directory.ts";
import { Link } from "./link.ts";
import { ROUTERS, type RouterFunction } from "./router-option.ts";

/** The replicas of one deployment as one caller knows them, and which of them takes a call. */
export class Choice {
  readonly #key: DeploymentKey;
  readonly #random: () => number;
  #links: readonly Link[] = [];
  #choosing: Choosing;
  #choose: Choose = ROUTERS.powerOfTwo;
  #own: RouterFunction | undefined;
  #canary: Canary | undefined;
  readonly #reported = new Set<string>();

  /** @param random uniform in [0, 1) */
  constructor(key: DeploymentKey, random: () => number) {
    this.#key = key;
    this.#random = random;
    this.#choosing = { cap: 1, random };
  }

  get links(): readonly Link[] {
    return this.#links;
  }

  get hasRoom(): boolean {
    return this.#links.some((link) => hasRoom(link, this.#choosing.cap));
  }

  /** True where a call may have to wait though a replica has room. */
  get strict(): boolean {
    return this.#own !== undefined || this.#canary !== undefined;
  }

  /** Do sessions and models count? A router of one's own sees to them itself. */
  get heedsAffinity(): boolean {
    return this.#own === undefined;
  }

  apply({ limits, added, removed }: ReplicaSetChange): void {
    const { maxOngoingRequests: cap, router, canary } = limits;
    this.#choosing = { cap, random: this.#random };
    this.#canary = canary;
    this.#own = typeof router === "function" ? router : undefined;
    this.#choose = typeof router === "function" ? ROUTERS.powerOfTwo : ROUTERS[router];
    const kept = this.#links.filter(({ replicaId }) => !removed.includes(replicaId));
    this.#links = [...kept, ...added.map((caller) => new Link(caller))];
  }

  remove(link: Link): void {
    this.#links = this.#links.filter((other) => other !== link);
  }

  clear(): void {
    this.#links = [];
  }

  /** The replica that takes a call; undefined where it has to wait. */
  choose(request: CallRequest): Link | undefined {
    if (!this.#canary) return this.#chooseAmong(this.#links, request);
    for (const side of this.#sides(request)) {
      const link = this.#chooseAmong(side, request);
      if (link) return link;
    }
    return undefined;
  }

  /** May a call run there at all? */
  accepts(request: CallRequest, link: Link): boolean {
    const side = this.#sides(request).find((links) => links.includes(link));
    if (!side) return false;
    const ranked = this.#own && this.#ranked(this.#own, side, request);
    return ranked?.includes(link) ?? true;
  }

  /** Is that where a call belongs, were it not for the load? */
  prefers(request: CallRequest, link: Link): boolean {
    const { modelId, sessionId } = request.affinity;
    const [side = []] = this.#sides(request);
    if (!side.includes(link)) return false;
    if (modelId !== undefined) {
      return link.holds(modelId) || !side.some((other) => other.holds(modelId));
    }
    return sessionId === undefined || homeOf(side, sessionId) === link;
  }

  #sides({ affinity, requestId }: CallRequest): readonly (readonly Link[])[] {
    const key = affinity.shardKey ?? affinity.sessionId ?? requestId;
    return this.#canary ? sidesOf(this.#links, this.#canary, key) : [this.#links];
  }

  #chooseAmong(links: readonly Link[], request: CallRequest): Link | undefined {
    const ranked = this.#own && this.#ranked(this.#own, links, request);
    if (ranked) return ranked.find((link) => hasRoom(link, this.#choosing.cap));
    const { modelId, sessionId } = request.affinity;
    const among = sessionId === undefined ? this.#choose : chooseConsistentHash;
    if (modelId === undefined) return among(links, request, this.#choosing);
    return chooseByModel(links, modelId, among, request, this.#choosing);
  }

  #ranked(
    own: RouterFunction,
    links: readonly Link[],
    request: CallRequest,
  ): readonly Link[] | undefined {
    const ranking = rankByFunction(own, request, links);
    if ("ranked" in ranking) return ranking.ranked;
    this.#report(ranking.problem);
    return undefined;
  }

  /** Once each: a router that fails does so at every call. */
  #report(problem: string): void {
    if (this.#reported.has(problem) || this.#reported.size >= MAX_REPORTS) return;
    this.#reported.add(problem);
    const { logger } = currentScope();
    logger.error(`${this.#key}: option router ${problem}; powerOfTwo chooses instead`);
  }
}

/** Messages may be as many as calls: ids in them differ. */
const MAX_REPORTS = 8;
