/** What can go wrong, with the HTTP status it maps to and whether the same call may succeed if made again. */
export const CODES = {
  INVALID_OPTION: { status: 500, retryable: false },
  INVALID_APPLICATION: { status: 500, retryable: false },
  NOT_SUPPORTED: { status: 501, retryable: false },
  NOT_CLONEABLE: { status: 500, retryable: false },
  METHOD_NOT_FOUND: { status: 500, retryable: false },
  NOT_FOUND: { status: 404, retryable: false },
  METHOD_NOT_ALLOWED: { status: 405, retryable: false },
  UPGRADE_REQUIRED: { status: 426, retryable: false },
  PAYLOAD_TOO_LARGE: { status: 413, retryable: false },
  CANCELLED: { status: 499, retryable: false },
  BACKPRESSURE: { status: 503, retryable: true },
  UNAVAILABLE: { status: 503, retryable: true },
  DEPLOY_FAILED: { status: 503, retryable: false },
  REPLICA_DIED: { status: 502, retryable: true },
  TIMEOUT: { status: 504, retryable: true },
  INVALID_REQUEST: { status: 400, retryable: false },
  INVALID_CONFIG: { status: 400, retryable: false },
  UNAUTHORIZED: { status: 401, retryable: false },
  CONFLICT: { status: 412, retryable: false },
  STATE_UNREADABLE: { status: 500, retryable: false },
} as const;

export type ErrorCode = keyof typeof CODES;

export interface ServeErrorOptions {
  cause?: unknown;
  /** Instead of the code's own HTTP status. */
  status?: number;
  retryAfterSeconds?: number | undefined;
}

/**
 * The one error class of isoserve. It crosses every boundary as data (see `error-data.ts`), so test
 * `error.code`, not the class of `cause`.
 */
export class ServeError extends Error {
  override readonly name = "ServeError";
  readonly code: ErrorCode;
  /** The HTTP status this error maps to. */
  readonly status: number;
  /** True when the same call may succeed if it is made again. */
  readonly retryable: boolean;
  /** When it may be made again, where somebody knows. */
  declare readonly retryAfterSeconds?: number;

  /** @param message starts with where it happened and says what to do */
  constructor(code: ErrorCode, message: string, options: ServeErrorOptions = {}) {
    const { cause, status, retryAfterSeconds } = options;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status ?? CODES[code].status;
    this.retryable = CODES[code].retryable;
    if (retryAfterSeconds !== undefined) this.retryAfterSeconds = retryAfterSeconds;
  }
}

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(CODES, code);
}

/** The message of anything that was thrown: users throw strings and objects too. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
