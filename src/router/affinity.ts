/** What says where a call belongs, beyond its deployment. */
export interface Affinity {
  /** Calls of one key take the same arm of a split. */
  readonly shardKey?: string | undefined;
}
