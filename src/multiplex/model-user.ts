/** A call that uses models. */
export interface ModelUser {
  readonly requestId: string;
  readonly priority: number;
  /** Aborts when the call is cancelled; its code may run on. */
  readonly signal: AbortSignal;
  /** Tells once its code has ended, its streams too. */
  whenEnded(listener: () => void): void;
}
