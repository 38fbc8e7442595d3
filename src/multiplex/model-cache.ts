import { ServeError } from "../errors.ts";
import { Askers } from "./askers.ts";
import { isStuck, type ModelPlace, toEvict } from "./eviction.ts";
import type { ModelUser } from "./model-user.ts";
import { noPlace } from "./no-place.ts";

/** What a cache does not do itself. */
export interface ModelKeeper<M> {
  /** Begins the messages. */
  readonly where: string;
  /** Models there at a time, those that are being loaded or disposed included. */
  readonly maxModels: number;
  /** @param user for whose sake it is loaded */
  load(modelId: string, user: ModelUser | undefined): Promise<M>;
  /** Waits for what other calls bring about. */
  hold<T>(waiting: Promise<T>): Promise<T>;
  /** Never rejects. */
  dispose(modelId: string, model: M): Promise<void>;
  /** The model is there or being loaded, or is not to be asked for any more. */
  changed(modelId: string, held: boolean): void;
}

interface Place<M> {
  readonly modelId: string;
  readonly model: Promise<M>;
  readonly users: Set<ModelUser>;
  state: ModelPlace["state"];
  /** It makes room once nobody uses it: new calls for it wait in line like those for other models. */
  closing: boolean;
}

/**
 * Models by id: each is loaded once for all who ask, at most so many are there at a time, and the least recently used
 * makes room for the next. One that a running call uses stays until that call has ended.
 */
export class ModelCache<M> {
  readonly #keeper: ModelKeeper<M>;
  /** The least recently used first. */
  readonly #places = new Map<string, Place<M>>();
  /** For models that have no place, or a closing one. */
  readonly #askers = new Askers<M>();
  #closed = false;

  constructor(keeper: ModelKeeper<M>) {
    this.#keeper = keeper;
  }

  /**
   * @param user keeps the model until it has ended; without one nothing does
   * @throws what loading it threw; the reason of a cancelled user; ServeError `UNAVAILABLE` after `close`, `BACKPRESSURE` or
   *   `INVALID_APPLICATION` where no place can become free
   */
  get(modelId: string, user: ModelUser | undefined): Promise<M> {
    if (this.#closed) return Promise.reject(this.#ended);
    const place = this.#places.get(modelId);
    const usable = place && (!place.closing || (user !== undefined && place.users.has(user)));
    if (usable && place.state === "ready") return this.#use(place, user);
    if (user?.signal.aborted) return Promise.reject(user.signal.reason);
    const model = usable ? this.#use(place, user) : this.#ask(modelId, user);
    return this.#keeper.hold(user ? unlessAborted(model, user.signal) : model);
  }

  /** Disposes all models, those that are being loaded once they are. Nothing is loaded any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#askers.fail(this.#ended);
    await Promise.all([...this.#places.values()].map((place) => this.#evict(place)));
  }

  get #ended(): ServeError {
    return new ServeError("UNAVAILABLE", `${this.#keeper.where}: the replica has ended`);
  }

  #use(place: Place<M>, user: ModelUser | undefined): Promise<M> {
    this.#places.delete(place.modelId);
    this.#places.set(place.modelId, place);
    if (user && !place.users.has(user)) {
      place.users.add(user);
      user.whenEnded(() => {
        place.users.delete(user);
        this.#settle();
      });
    }
    return place.model;
  }

  #ask(modelId: string, user: ModelUser | undefined): Promise<M> {
    return new Promise((resolve, reject) => {
      const asker = { modelId, user, resolve, reject };
      this.#askers.add(asker);
      this.#settle();
      const leave = () => {
        if (this.#askers.remove(asker)) this.#settle();
      };
      user?.signal.addEventListener("abort", leave, { once: true });
    });
  }

  /** Brings the places in line with who asks for what. */
  #settle(): void {
    const places = [...this.#places.values()];
    const idle = this.#askers.size === 0 && !places.some(({ closing }) => closing);
    if (this.#closed || idle) return;
    this.#choosePlaces();
    for (const place of places) {
      if (!place.closing) this.#admit(place);
      else if (place.users.size === 0) void this.#evict(place);
    }
    for (const modelId of this.#askers.modelIds) {
      if (this.#places.size >= this.#keeper.maxModels) break;
      if (!this.#places.has(modelId)) this.#admit(this.#open(modelId));
    }
    if (this.#askers.size > 0 && isStuck(this.#views)) this.#refuse();
  }

  #choosePlaces(): void {
    const wanted = this.#askers.modelIds.filter((modelId) => !this.#places.has(modelId));
    const evicted = toEvict(this.#views, wanted.length, this.#keeper.maxModels);
    const ids = new Set(evicted.map(({ modelId }) => modelId));
    for (const place of this.#places.values()) {
      const closing = ids.has(place.modelId);
      if (place.state !== "ready" || place.closing === closing) continue;
      place.closing = closing;
      this.#keeper.changed(place.modelId, !closing);
    }
  }

  get #views() {
    const waiting = this.#askers.users;
    // Whoever is not known may be any of the calls that run.
    const anyone = waiting.has(undefined);
    return [...this.#places.values()].map(({ modelId, state, users }) => {
      const waits = anyone || [...users].some((user) => waiting.has(user));
      const use = users.size === 0 ? "none" : waits ? "waiting" : "running";
      return { modelId, state, use } as const;
    });
  }

  #admit(place: Place<M>): void {
    for (const { user, resolve } of this.#askers.take(place.modelId)) {
      resolve(this.#use(place, user));
    }
  }

  #open(modelId: string): Place<M> {
    const model = this.#keeper.load(modelId, this.#askers.first(modelId)?.user);
    const place: Place<M> = { modelId, model, users: new Set(), state: "loading", closing: false };
    this.#places.set(modelId, place);
    this.#keeper.changed(modelId, true);
    const loaded = () => {
      if (place.state === "loading") place.state = "ready";
      this.#settle();
    };
    model.then(loaded, () => this.#remove(place));
    return place;
  }

  async #evict(place: Place<M>): Promise<void> {
    if (place.state === "leaving") return;
    place.state = "leaving";
    const [loaded] = await Promise.allSettled([place.model]);
    if (loaded.status === "rejected") return;
    await this.#keeper.dispose(place.modelId, loaded.value);
    this.#remove(place);
  }

  #remove(place: Place<M>): void {
    this.#places.delete(place.modelId);
    if (!place.closing) this.#keeper.changed(place.modelId, false);
    this.#settle();
  }

  /** Calls would wait for each other for ever: the last of those that may use a model and want another one gets none. */
  #refuse(): void {
    const places = [...this.#places.values()];
    const uses = (user: ModelUser) => places.some(({ users }) => users.has(user));
    const asker = this.#askers.last((user) => !user || uses(user));
    if (!asker) return;
    this.#askers.remove(asker);
    asker.reject(noPlace(asker, places, this.#keeper));
    this.#settle();
  }
}

/** What is loaded goes on for others. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    promise.then(resolve, reject);
  });
}
