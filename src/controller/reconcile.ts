/** What a decision about one deployment goes by. Plain data, so that tests need nothing else. */
export interface DeploymentView {
  /** Replicas wanted; 0 when it is being deleted. */
  readonly wanted: number;
  /** In the order they were started. */
  readonly replicas: readonly ReplicaView[];
  /** Failures in a row: failed starts and deaths soon after a start. */
  readonly failures: number;
  /** Failures after which a deployment that never ran gives up. */
  readonly maxFailures: number;
  /** Has any replica ever run? */
  readonly everRan: boolean;
  /** Clock time of the newest failure, ms. */
  readonly failedAt: number;
  /** Replicas that an update may have under way at a time, starting and draining; at least 1. */
  readonly wave: number;
  /** The part of the replicas that an update may give to the new version for now; 1 for all. */
  readonly share: number;
  /** How many more replicas the host has resources for; Infinity where none are asked for. */
  readonly room: number;
}

export interface ReplicaView {
  readonly replicaId: string;
  readonly index: number;
  readonly state: ReplicaState;
  /** Of the version that is wanted. */
  readonly current: boolean;
  /** Calls that run there. */
  readonly ongoing: number;
}

/**
 * UPDATING: it serves while its settings change. RECOVERING: it outlived the controller that started it, and has not
 * answered the new one yet.
 */
export type ReplicaState = "STARTING" | "UPDATING" | "RUNNING" | "RECOVERING" | "STOPPING";

export interface Decision {
  /** Indexes of the replicas to start. */
  readonly start: readonly number[];
  /** Replicas to stop. */
  readonly stop: readonly string[];
  readonly giveUp: boolean;
  /** Milliseconds until it should be decided again; Infinity for not before something happens. */
  readonly wakeInMs: number;
  /** Replicas are missing that there is no room for. */
  readonly noRoom: boolean;
}

const NOTHING: Decision = {
  start: [],
  stop: [],
  giveUp: false,
  wakeInMs: Number.POSITIVE_INFINITY,
  noRoom: false,
};

export function reconcile(view: DeploymentView, now: number): Decision {
  const alive = view.replicas.filter(({ state }) => state !== "STOPPING");
  if (view.wanted > 0 && alive.some(({ current }) => !current)) return replace(view, alive, now);
  const surplus = alive.length - view.wanted;
  if (surplus > 0) return { ...NOTHING, stop: victims(alive, surplus) };
  if (surplus === 0) return NOTHING;
  return start(view, -surplus, now);
}

/**
 * An update, surge first: an old replica stops once a new one runs in its place, so capacity never dips. Where there
 * is no room for a new one besides the old ones, old ones stop first.
 */
function replace(view: DeploymentView, alive: readonly ReplicaView[], now: number): Decision {
  const old = alive.filter(({ current }) => !current);
  const running = alive.filter(serves).length;
  const waiting = old.filter(({ state }) => state === "STARTING").map(({ replicaId }) => replicaId);
  const { wantedNew, keptOld } = shares(view);
  const oldServing = old.filter(serves);
  const surplus = Math.min(running - view.wanted, oldServing.length - keptOld);
  const replaced = victims(oldServing, Math.max(surplus, 0));
  const stop = [...waiting, ...replaced];
  const underWay = view.replicas.filter(({ state, current }) =>
    current ? state === "STARTING" : state === "STOPPING",
  ).length;
  const missing = wantedNew - (alive.length - old.length);
  const count = Math.min(missing, view.wave - underWay - stop.length);
  if (count <= 0) return { ...NOTHING, stop };
  // The old ones still serve: a version that keeps dying must not take their places one by one.
  if (view.failures >= view.maxFailures) return { ...NOTHING, giveUp: true };
  const started = start(view, count, now);
  const moving = started.start.length + stop.length + underWay > 0;
  if (!started.noRoom || moving) return { ...started, stop };
  return { ...started, stop: victims(old, count) };
}

/** How many replicas each version has while traffic moves: each as many as its share needs, both at least one. */
export function shares({ wanted, share }: Pick<DeploymentView, "wanted" | "share">) {
  if (share >= 1) return { wantedNew: wanted, keptOld: 0 };
  const atLeastOne = (count: number) => Math.min(wanted, Math.max(1, Math.ceil(count - 1e-9)));
  return { wantedNew: atLeastOne(share * wanted), keptOld: atLeastOne((1 - share) * wanted) };
}

function start(view: DeploymentView, count: number, now: number): Decision {
  if (!view.everRan && view.failures >= view.maxFailures) return { ...NOTHING, giveUp: true };
  const wait = view.failedAt + backoffMs(view.failures) - now;
  if (wait > 0) return { ...NOTHING, wakeInMs: wait };
  const fitting = Math.min(count, view.room);
  return {
    ...NOTHING,
    start: freeIndexes(view.replicas, fitting),
    noRoom: fitting < count,
  };
}

/** Takes calls. */
export function serves({ state }: Pick<ReplicaView, "state">): boolean {
  return state === "RUNNING" || state === "UPDATING";
}

/** A fraction of the replicas, one at least. */
export function waveSize(rollingUpdateFraction: number, numReplicas: number): number {
  return Math.max(1, Math.floor(rollingUpdateFraction * numReplicas));
}

const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 10_000;

/** The first failure is retried at once: most are a death that a fresh replica cures. Then 0.1 s, doubling to 10 s. */
export function backoffMs(failures: number): number {
  if (failures <= 1) return 0;
  return Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 2), MAX_BACKOFF_MS);
}

/** Ray Serve's rule: three tries for each wanted replica, within the deployment's own bound. */
export function maxStartFailures(maxConstructorRetries: number, numReplicas: number): number {
  return Math.min(maxConstructorRetries, 3 * numReplicas);
}

/** Ray Serve's rule: a percentage of the count, rounded half up, at least one unless it is 0. */
export function capacityShare(numReplicas: number, targetCapacity: number | undefined): number {
  if (targetCapacity === undefined || numReplicas === 0) return numReplicas;
  if (targetCapacity === 0) return 0;
  return Math.max(1, Math.floor((numReplicas * targetCapacity) / 100 + 0.5));
}

/** Whom to stop: those that still start, then idle ones, then the rest; the newest first among equals. */
function victims(alive: readonly ReplicaView[], count: number): string[] {
  const reluctance = ({ state, ongoing }: ReplicaView) =>
    state === "STARTING" ? 0 : 1 + Math.min(ongoing, 1);
  return [...alive]
    .reverse()
    .sort((a, b) => reluctance(a) - reluctance(b))
    .slice(0, count)
    .map(({ replicaId }) => replicaId);
}

/** The smallest numbers that no replica has, the stopping ones included: names must not clash. */
function freeIndexes(replicas: readonly ReplicaView[], count: number): number[] {
  const taken = new Set(replicas.map(({ index }) => index));
  const free: number[] = [];
  for (let index = 0; free.length < count; index += 1) if (!taken.has(index)) free.push(index);
  return free;
}
