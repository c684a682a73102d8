import type { ActionStore, EntryStore, StreamBlobStore } from '@tr/store';
import { openBucket, type BucketOptions } from './bucket.js';
import { createConditionalWrites } from './conditional-writes.js';
import { createS3ActionStore } from './s3-action-store.js';
import { createS3BlobStore } from './s3-blob-store.js';
import { createS3EntryStore } from './s3-entry-store.js';
import type { S3Location } from './s3-url.js';

/** Every store over one bucket. */
export interface S3Stores {
  readonly blobs: StreamBlobStore;
  readonly entries: EntryStore;
  readonly actions: ActionStore;
  /** Closes connections. */
  close(): void;
}

/** Opens the stores. Nothing is asked of the bucket before they are used. */
export function openS3Stores(location: S3Location, options: BucketOptions): S3Stores {
  const bucket = openBucket(location, options);
  const conditions = createConditionalWrites(bucket);
  const now = (): number => Date.now();
  return {
    blobs: createS3BlobStore(bucket, now),
    entries: createS3EntryStore(bucket, { conditions, now }),
    actions: createS3ActionStore(bucket, conditions),
    close: () => bucket.close(),
  };
}
