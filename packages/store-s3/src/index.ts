/**
 * The stores over an S3 bucket.
 * Owns: the URL of a bucket, the portable part of S3, blobs, manifests and entries as objects, the probe of conditional writes.
 * Refuses: credentials (the AWS default chain has them), and knowing what is stored.
 * Terms: a location is a bucket and a prefix; conditional writes are exact when exactly one of many writers wins.
 */
export type { Bucket, BucketOptions, ObjectInfo } from './bucket.js';
export { createConditionalWrites, type ConditionalWrites } from './conditional-writes.js';
export { openS3Stores, type S3Stores } from './open-s3-stores.js';
export { actionObjectKey } from './s3-action-store.js';
export { blobKey, createS3BlobStore } from './s3-blob-store.js';
export { createS3EntryStore } from './s3-entry-store.js';
export { parseS3Url, type S3Location } from './s3-url.js';
