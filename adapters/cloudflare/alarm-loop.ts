/** Where an alarm is kept that outlives the object: `DurableObjectStorage`. */
export interface AlarmStorage {
  setAlarm(at: number | Date): Promise<void>;
}

/** An object that has something under way is woken after this long at the latest, should it be evicted meanwhile. */
const REVIVE_MS = 5_000;

/** Ticks a controller: at once when something happened, else by the object's alarm, which also brings it back. */
export class AlarmLoop {
  readonly #storage: AlarmStorage;
  readonly #now: () => number;
  readonly #tick: () => number;
  readonly #moving: () => boolean;
  #scheduled = false;
  #alarmAt = Number.POSITIVE_INFINITY;

  /**
   * @param tick see `Controller.tick`
   * @param moving is something under way that must be brought to its end?
   */
  constructor(storage: AlarmStorage, now: () => number, tick: () => number, moving: () => boolean) {
    this.#storage = storage;
    this.#now = now;
    this.#tick = tick;
    this.#moving = moving;
  }

  readonly wake = (): void => {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#run());
  };

  /** The alarm that was set has gone off. */
  rang(): void {
    this.#alarmAt = Number.POSITIVE_INFINITY;
    this.wake();
  }

  #run(): void {
    this.#scheduled = false;
    const wait = Math.min(this.#tick(), this.#moving() ? REVIVE_MS : Number.POSITIVE_INFINITY);
    const at = this.#now() + wait;
    // One that is earlier does as well: it sets the next.
    if (at >= this.#alarmAt) return;
    this.#alarmAt = at;
    void this.#storage.setAlarm(Math.ceil(at));
  }
}
