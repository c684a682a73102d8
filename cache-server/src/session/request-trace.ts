/** What became of a request, for its log line and the metrics; filled while it is served. */
export interface RequestTrace {
  outcome: RequestOutcome | undefined;
  /** First digits of the digest of the last key that was asked for. */
  key: string | undefined;
  hits: number;
  misses: number;
  stored: number;
  /** Entries and bodies that are not what they were stored as. */
  damaged: number;
}

export type RequestOutcome = 'hit' | 'miss' | 'stored' | 'kept' | 'removed';

/** A trace of a request that has just come in. */
export function createTrace(): RequestTrace {
  return { outcome: undefined, key: undefined, hits: 0, misses: 0, stored: 0, damaged: 0 };
}
