import type { ActionStore, ChunkLists, StreamBlobStore } from '@tr/store';

/** What may be done with a tier. */
export interface TierPolicy {
  readonly read: boolean;
  readonly write: boolean;
}

/** Stores on this machine that have whole results. */
export interface Home {
  readonly blobs: StreamBlobStore;
  readonly actions: ActionStore;
  /** Where entries say that their outputs lie in chunks. */
  readonly lists: ChunkLists;
}

/** The level of the cache that is asked first. */
export interface LocalTier extends Home {
  readonly policy: TierPolicy;
}
