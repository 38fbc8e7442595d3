import type { DeploymentKey } from "../../src/handle.ts";
import type { Isolation } from "../../src/options.ts";
import type { ReplicaSettings } from "../../src/replica/protocol.ts";
import type { RegisteredReplica, ReplicaRegistry } from "./replica-registry.ts";

type Row = {
  replica: string;
  number: number;
  place: number;
  isolation: Isolation;
  version: string;
  settings: string;
  state: RegisteredReplica["state"];
};

/**
 * The registry in the controller's SQLite, beside the documents of its store: a change that an older isoserve would
 * misread is a change of that store's format too.
 */
export class SqlRegistry implements ReplicaRegistry {
  readonly #sql: SqlStorage;
  /** Those that start or drain. */
  readonly #moving = new Set<string>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(`CREATE TABLE IF NOT EXISTS isoserve_replicas (
      replica TEXT PRIMARY KEY, deployment TEXT NOT NULL, number INTEGER NOT NULL, place INTEGER NOT NULL,
      isolation TEXT NOT NULL, version TEXT NOT NULL, settings TEXT NOT NULL, state TEXT NOT NULL
    ) STRICT, WITHOUT ROWID`);
    sql.exec(`CREATE TABLE IF NOT EXISTS isoserve_counts (
      name TEXT PRIMARY KEY, count INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`);
    const moving = "SELECT replica FROM isoserve_replicas WHERE state <> 'running'";
    for (const { replica } of sql.exec<{ replica: string }>(moving)) this.#moving.add(replica);
  }

  /** Whoever may be evicted meanwhile should be woken again. */
  get moving(): boolean {
    return this.#moving.size > 0;
  }

  /** A number for each start of the controller, larger than those before, also where the storage is a new one. */
  nextBoot(now: number): number {
    const boot = Math.max(this.#counted("boots") + 1, Math.floor(now));
    this.#count("boots", boot);
    return boot;
  }

  /** The deployments that have replicas. */
  get deployments(): readonly DeploymentKey[] {
    const select = "SELECT DISTINCT deployment FROM isoserve_replicas";
    return [...this.#sql.exec<{ deployment: string }>(select)].map(({ deployment }) => deployment);
  }

  starting(...[spec, source]: Parameters<ReplicaRegistry["starting"]>): void {
    const { replicaId, application, deployment, index } = spec;
    const key = `${application}/${deployment}`;
    const number = numberOf(replicaId);
    const insert =
      "INSERT OR REPLACE INTO isoserve_replicas VALUES (?, ?, ?, ?, ?, ?, ?, 'starting')";
    const { isolation, version } = source;
    this.#sql.exec(insert, replicaId, key, number, index, isolation, version, textOf(spec));
    this.#count(`started ${key}`, number);
    this.#moving.add(replicaId);
  }

  running(replicaId: string): void {
    this.#enter(replicaId, "running");
    this.#moving.delete(replicaId);
  }

  configured(replicaId: string, settings: ReplicaSettings): void {
    const update = "UPDATE isoserve_replicas SET settings = ? WHERE replica = ?";
    this.#sql.exec(update, textOf(settings), replicaId);
  }

  draining(replicaId: string): void {
    this.#enter(replicaId, "draining");
    this.#moving.add(replicaId);
  }

  ended(replicaId: string): void {
    this.#sql.exec("DELETE FROM isoserve_replicas WHERE replica = ?", replicaId);
    this.#moving.delete(replicaId);
  }

  replicas(key: DeploymentKey): RegisteredReplica[] {
    const select = "SELECT * FROM isoserve_replicas WHERE deployment = ? ORDER BY number";
    return [...this.#sql.exec<Row>(select, key)].map(
      ({ replica, place, isolation, version, settings, state }) => ({
        replicaId: replica,
        index: place,
        isolation,
        version,
        settings: JSON.parse(settings) as ReplicaSettings,
        state,
      }),
    );
  }

  started(key: DeploymentKey): number {
    return this.#counted(`started ${key}`);
  }

  #enter(replicaId: string, state: Row["state"]): void {
    this.#sql.exec("UPDATE isoserve_replicas SET state = ? WHERE replica = ?", state, replicaId);
  }

  #counted(name: string): number {
    const select = "SELECT count FROM isoserve_counts WHERE name = ?";
    const [row] = this.#sql.exec<{ count: number }>(select, name).toArray();
    return row?.count ?? 0;
  }

  #count(name: string, count: number): void {
    this.#sql.exec("INSERT OR REPLACE INTO isoserve_counts VALUES (?, ?)", name, count);
  }
}

/** Ids count the replicas of a deployment: `application/deployment#number`. */
function numberOf(replicaId: string): number {
  return Number(replicaId.slice(replicaId.lastIndexOf("#") + 1));
}

/** Undefined fields are none in JSON, here as in what it is compared with. */
function textOf({ maxOngoingRequests, userConfig }: ReplicaSettings): string {
  return JSON.stringify({ maxOngoingRequests, userConfig });
}
