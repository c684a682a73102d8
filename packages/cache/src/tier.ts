import type { Manifest, Sha256 } from '@tr/model';
import { mayBeChunked, type ActionStore, type ChunkList, type ChunkLists, type StreamBlobStore } from '@tr/store';

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

/** The chunks that the outputs of an entry lie in; undefined when they have blobs. */
export function findChunks(manifest: Manifest, digest: Sha256, { lists }: Home): ChunkList | undefined {
  return mayBeChunked(manifest) ? lists.get(manifest.actionKey, digest) : undefined;
}

/** The level of the cache that is asked first. */
export interface LocalTier extends Home {
  readonly policy: TierPolicy;
}
