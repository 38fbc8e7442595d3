import type { TargetConfig } from "../../../src/config/application-config.ts";
import type { ParsedConfig } from "../../../src/config/parse-target.ts";
import type { ConfigProblem } from "../../../src/controller/declarations.ts";
import { type ErrorCode, isErrorCode, ServeError } from "../../../src/errors.ts";
import type { ServeStatus, TrafficPlan } from "../../../src/index.ts";
import type { MetricsSnapshot } from "../../../src/telemetry/snapshot.ts";

/**
 * The admin API of a server. Its methods resolve when the server has taken the change, before it has made it.
 *
 * Failure contract: they reject with `UNAVAILABLE` when no server answers, `UNAUTHORIZED` when it wants another token,
 * else with the code that the server gave, and `ConfigProblem[]` as cause where there are several.
 */
export interface AdminClient {
  readonly address: string;
  status(): Promise<ServeStatus>;
  /** What it has counted. */
  metrics(): Promise<MetricsSnapshot>;
  config(): Promise<TargetConfig>;
  replace(config: ParsedConfig): Promise<void>;
  delete(application: string): Promise<void>;
  scale(application: string, deployment: string, numReplicas: number): Promise<void>;
  setTraffic(application: string, split: string, plan: TrafficPlan): Promise<void>;
  shutdown(): Promise<void>;
}

/** Loading the code of a large configuration is part of taking it. */
const TIMEOUT_MS = 120_000;

export function createAdminClient(address: string, token: string | undefined): AdminClient {
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await send(address, path, {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        // The server wants it of every write: no page of another site can send it.
        ...(method !== "GET" && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = await jsonOf(response);
    if (!response.ok) throw failure(address, response.status, answer as Problem);
    return answer;
  };
  const segment = encodeURIComponent;
  return {
    address,
    status: async () => (await ask("GET", "status")) as ServeStatus,
    metrics: async () => (await ask("GET", "metrics")) as MetricsSnapshot,
    config: async () => (await ask("GET", "config")) as TargetConfig,
    replace: async (config) => {
      await ask("PUT", "applications", config);
    },
    delete: async (application) => {
      await ask("DELETE", `applications/${segment(application)}`);
    },
    scale: async (application, deployment, numReplicas) => {
      const path = `applications/${segment(application)}/deployments/${segment(deployment)}/scale`;
      await ask("POST", path, { numReplicas });
    },
    setTraffic: async (application, split, plan) => {
      const path = `applications/${segment(application)}/splits/${segment(split)}/traffic`;
      await ask("PUT", path, plan);
    },
    shutdown: async () => {
      await ask("POST", "shutdown");
    },
  };
}

async function send(address: string, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(new URL(`/api/serve/${path}`, address), init);
  } catch (error) {
    const { cause, message } = error as Error;
    const reason = cause instanceof Error ? (reasonOf(cause) ?? message) : message;
    throw new ServeError(
      "UNAVAILABLE",
      `no server answers at ${address} (${reason}): start one with isoserve start, or name another with --address`,
      { cause: error },
    );
  }
}

function reasonOf({ code, message }: Error & { code?: string }): string | undefined {
  return code === "ECONNREFUSED" ? "connection refused" : message || code;
}

/** Problem details as the admin API writes them: RFC 9457. */
interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[];
}

/** Undefined where the answer has no body. */
async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // No isoserve answers so.
    const { origin } = new URL(response.url);
    const message = `what answers at ${origin} is no isoserve: it says ${response.status} ${response.statusText}`;
    throw new ServeError("UNAVAILABLE", message);
  }
}

function failure(address: string, status: number, problem: Problem | undefined): ServeError {
  const { code, detail = `it answered ${status}`, errors } = problem ?? {};
  const known = isErrorCode(code) ? code : codeOf(status);
  const remedy = status === 401 ? ": give it with --token or ISOSERVE_TOKEN" : "";
  const cause = errors?.map(
    ({ pointer, message }): ConfigProblem => ({ path: pathOf(pointer), message }),
  );
  return new ServeError(known, `${address}: ${detail}${remedy}`, { cause });
}

function codeOf(status: number): ErrorCode {
  if (status === 401 || status === 403) return "UNAUTHORIZED";
  return status === 409 ? "CONFLICT" : "NOT_SUPPORTED";
}

/** From a JSON pointer: RFC 6901. */
function pathOf(pointer: string): (string | number)[] {
  const keys = pointer.split("/").slice(1);
  return keys.map((key) =>
    /^\d+$/.test(key) ? Number(key) : key.replaceAll("~1", "/").replaceAll("~0", "~"),
  );
}
