import { waitUntil } from "cloudflare:workers";
import type { Clock } from "../../src/clock.ts";
import { fromErrorData } from "../../src/error-data.ts";
import { messageOf, ServeError } from "../../src/errors.ts";
import type { Logger } from "../../src/telemetry/logger.ts";
import { type ControlTable, isNewer } from "./control-table.ts";
import type { AskTable, TableAnswer } from "./controller-rpc.ts";

/** After this long the controller is asked for news, in the background. */
export const MAX_AGE_MS = 1_000;

/** A question that has no answer by now is lost: the request that asked it may have been ended. */
const LOST_MS = 2_000;

/**
 * The controller's table as an isolate knows it. Requests go by what is known, however old: the controller is not on
 * their path, and while it can't be asked they meet what they met before.
 */
export class TableCache {
  readonly #ask: AskTable;
  readonly #now: Clock["now"];
  readonly #apply: (table: ControlTable) => void;
  readonly #failed: () => void;
  #table: ControlTable | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking = false;
  /** Something happened since the question was asked. */
  #outdated = false;
  #gone = new Set<string>();
  #failing = false;
  readonly #log: Logger;

  /**
   * @param apply is told of each answer, also of one that the same is true still
   * @param failed is told that there was none
   */
  constructor(
    ask: AskTable,
    now: Clock["now"],
    apply: (table: ControlTable) => void,
    failed: () => void,
    log: Logger,
  ) {
    this.#ask = ask;
    this.#now = now;
    this.#apply = apply;
    this.#failed = failed;
    this.#log = log;
  }

  get table(): ControlTable | undefined {
    return this.#table;
  }

  /**
   * Resolves, or returns at once, when a table is there. Each request asks for the first one itself: what another
   * request waits for may end with it.
   *
   * @throws ServeError `UNAVAILABLE`
   */
  ready(): Promise<void> | undefined {
    if (!this.#table) return this.#first();
    this.refresh(MAX_AGE_MS);
    return undefined;
  }

  /** Asks in the background, unless that was done within `ageMs`. */
  refresh(ageMs: number): void {
    const since = this.#now() - this.#askedAt;
    if (since < ageMs || (this.#asking && since < LOST_MS)) return;
    waitUntil(this.#update());
  }

  /** What is known may be out of date: asks at once, and heeds no answer to what was asked before. */
  outdate(): void {
    this.#outdated = true;
    this.refresh(0);
  }

  /** A replica refused a call for good: the table that has it is out of date. */
  gone(replicaId: string): void {
    this.#gone.add(replicaId);
    this.outdate();
  }

  async #first(): Promise<void> {
    try {
      this.#askedAt = this.#now();
      this.#take(await this.#ask(undefined, []));
    } catch (error) {
      this.#tell(error);
      throw new ServeError("UNAVAILABLE", "the controller can't be asked who serves; try again");
    }
  }

  async #update(): Promise<void> {
    this.#asking = true;
    try {
      do {
        this.#askedAt = this.#now();
        this.#outdated = false;
        const gone = [...this.#gone];
        this.#take(await this.#ask(this.#table?.revision, gone));
        for (const replicaId of gone) this.#gone.delete(replicaId);
      } while (this.#outdated);
      this.#failing = false;
    } catch (error) {
      this.#tell(error);
    } finally {
      this.#asking = false;
    }
  }

  #take(answer: TableAnswer): void {
    if ("error" in answer) throw fromErrorData(answer.error);
    if ("table" in answer && isNewer(answer.table.revision, this.#table?.revision)) {
      this.#table = answer.table;
    }
    if (this.#table && !this.#outdated) this.#apply(this.#table);
  }

  /** Logs it once, until it goes well again. */
  #tell(error: unknown): void {
    this.#failed();
    if (this.#failing) return;
    this.#failing = true;
    this.#log.error(`the controller can't be asked who serves: ${messageOf(error)}`);
  }
}
