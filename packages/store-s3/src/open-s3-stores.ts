import type { EntryStore, StreamBlobStore } from '@tr/store';
import { openBucket, type Bucket, type BucketOptions } from './bucket.js';
import { createConditionalWrites, type ConditionalWrites } from './conditional-writes.js';
import { FirstWriter } from './put-first.js';
import { createS3BlobStore } from './s3-blob-store.js';
import { createS3EntryStore } from './s3-entry-store.js';
import type { S3Location } from './s3-url.js';

/** Every store over one bucket. */
export interface S3Stores {
  readonly blobs: StreamBlobStore;
  readonly entries: EntryStore;
  /** What they are made over. */
  readonly bucket: Bucket;
  readonly conditions: ConditionalWrites;
  /** Closes connections. */
  close(): void;
}

/** Opens the stores. Nothing is asked of the bucket before they are used. */
export function openS3Stores(location: S3Location, options: BucketOptions): S3Stores {
  return createS3Stores(openBucket(location, options));
}

/** The stores over a bucket that is open. What they compare are times of its objects: with its clock, as that of a machine may be off. */
export function createS3Stores(bucket: Bucket, now: () => number = () => bucket.now()): S3Stores {
  const conditions = createConditionalWrites(bucket);
  const writer = new FirstWriter(bucket, conditions);
  return {
    blobs: createS3BlobStore(bucket, { conditions, now }),
    entries: createS3EntryStore(bucket, { writer, now }),
    bucket,
    conditions,
    close: () => bucket.close(),
  };
}
