/**
 * The stores over an S3 bucket.
 * Owns: the URL of a bucket, the portable part of S3, blobs and entries as objects, the probe of conditional writes.
 * Refuses: credentials (the AWS default chain has them), and knowing what is stored.
 * Terms: a location is a bucket and a prefix; conditional writes are exact when exactly one of many writers wins.
 */
export { openBucket, type Bucket, type BucketOptions, type ObjectInfo } from './bucket.js';
export { guardBucket } from './guard-bucket.js';
export type { ConditionalWrites, ConditionSupport } from './conditional-writes.js';
export { createS3Stores, openS3Stores, type S3Stores } from './open-s3-stores.js';
export { readObject, type ReadObject } from './read-object.js';
export { blobKey } from './s3-blob-store.js';
export { parseS3Url, type S3Location } from './s3-url.js';
