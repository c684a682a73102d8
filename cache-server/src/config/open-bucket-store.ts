import { createS3Stores, guardBucket, openBucket, parseS3Url } from '@tr/store-s3';
import { createBucketTokens } from '../auth/bucket-tokens.js';
import { openTokenFile } from '../auth/token-file.js';
import { toTokenStore } from '../auth/token-store.js';
import type { ServerStore } from './open-store.js';
import { UsageError } from './usage-error.js';

/** How long one request may take, milliseconds. Clients wait longer than that. */
const REQUEST_MS = 10_000;

/**
 * Opens a bucket as the store of a server. Tokens lie in it, so that replicas share them; the key of signed URLs does not, as whoever
 * reads the bucket could write to any scope with it. Nothing is evicted by a server: each replica would count every entry every ten
 * minutes. `gc` or lifecycle rules do it.
 */
export function openBucketStore(
  url: string,
  { tokensFile, now }: { readonly tokensFile: string | undefined; readonly now: () => number },
): ServerStore {
  const location = parseS3Url(new URL(url));
  if (!location.ok) throw new UsageError(`--store: there is something wrong with ${location.failure}.`);
  const stores = createS3Stores(guardBucket(openBucket(location.value, { requestMs: REQUEST_MS }), now));
  const { entries, blobs, bucket, conditions } = stores;
  return {
    entries,
    blobs,
    tokens: tokensFile === undefined ? createBucketTokens(bucket, conditions) : toTokenStore(openTokenFile(tokensFile)),
    now: () => bucket.now(),
    bucket: { location: location.value, stores },
    close: () => stores.close(),
  };
}
