import type { CacheTier } from '@tr/model';
import type { ActionStore, BlobStore } from '@tr/store';

/** What may be done with a tier. */
export interface TierPolicy {
  readonly read: boolean;
  readonly write: boolean;
}

/** One level of the cache. Tiers are asked in order, nearest first. */
export interface Tier {
  readonly name: CacheTier;
  readonly blobs: BlobStore;
  readonly actions: ActionStore;
  readonly policy: TierPolicy;
}
