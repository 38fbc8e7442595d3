/** What says where a call belongs, beyond its deployment. */
export interface Affinity {
  /** Calls of one key take the same arm of a split. */
  readonly shardKey?: string | undefined;
  /** Calls of one session go to the same replica. */
  readonly sessionId?: string | undefined;
  /** Goes to a replica that holds this model. */
  readonly modelId?: string | undefined;
}

export const NO_AFFINITY: Affinity = {};
