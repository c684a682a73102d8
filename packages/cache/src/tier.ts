import type { CacheTier } from '@tr/model';
import type { ActionStore, ChunkLists, StreamBlobStore } from '@tr/store';

/** What may be done with a tier. */
export interface TierPolicy {
  readonly read: boolean;
  readonly write: boolean;
}

/** One level of the cache. Tiers are asked in order, nearest first. */
export interface Tier {
  readonly name: CacheTier;
  readonly blobs: StreamBlobStore;
  readonly actions: ActionStore;
  /** Where entries say that their outputs lie in chunks. */
  readonly lists: ChunkLists;
  readonly policy: TierPolicy;
}
