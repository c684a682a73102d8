import { fail } from '@tr/model';
import type { StoreResult } from '@tr/store';
import type { Bucket } from './bucket.js';

/** After so many failed requests in a row a bucket is taken for down. */
const FAILURES = 5;
/** For so long nothing is asked of it then, milliseconds; after that one request tries. */
const PAUSE_MS = 5_000;

/**
 * A bucket that fails at once while it is down, so that those who ask in vain wait once and not each time. A refusal is an
 * answer; only requests that got none, or 5xx, count.
 */
export function guardBucket(bucket: Bucket, now: () => number): Bucket {
  let failures = 0;
  let pausedUntil = 0;
  const guarded = async <T>(path: string, operation: () => Promise<StoreResult<T>>): Promise<StoreResult<T>> => {
    const time = now();
    if (failures >= FAILURES) {
      if (time < pausedUntil) return fail({ code: 'store/io', path, detail: 'Paused' });
      // This request tries; those beside it go on waiting.
      pausedUntil = time + PAUSE_MS;
    }
    const result = await operation();
    if (result.ok || result.failure.code !== 'store/io') failures = 0;
    else if (++failures >= FAILURES) pausedUntil = now() + PAUSE_MS;
    return result;
  };
  return {
    head: (key) => guarded(key, () => bucket.head(key)),
    get: (key, range) => guarded(key, () => bucket.get(key, range)),
    put: (key, body, condition) => guarded(key, () => bucket.put(key, body, condition)),
    putParts: (key, parts) => guarded(key, () => bucket.putParts(key, parts)),
    delete: (key) => guarded(key, () => bucket.delete(key)),
    refresh: (key, etag) => guarded(key, () => bucket.refresh(key, etag)),
    list: (prefix, visit) => guarded(prefix, () => bucket.list(prefix, visit)),
    now: () => bucket.now(),
    close: () => bucket.close(),
  };
}
