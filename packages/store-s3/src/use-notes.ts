import type { Entry } from '@tr/store';
import type { Bucket } from './bucket.js';
import { blobKey } from './s3-blob-store.js';

/** A use is noted by a copy of the object onto itself; at most this often, milliseconds. */
const USE_INTERVAL_MS = 6 * 60 * 60 * 1000;
const MAX_REMEMBERED = 50_000;

/** Notes that entries are used, so that neither age limits nor lifecycle rules take them. */
export interface UseNotes {
  /** Returns at once. A credential that may only read has no uses to note: trouble is ignored. */
  note(entry: Entry, object: { readonly key: string; readonly etag: string; readonly modifiedAt: number }): void;
}

/** The blob is refreshed before its entry, so that a rule that looks at the age takes the entry first. */
export function createUseNotes(bucket: Bucket, now: () => number): UseNotes {
  const tried = new Map<string, number>();
  return {
    note: ({ inline, body }, { key, etag, modifiedAt }) => {
      const isDue = now() - modifiedAt > USE_INTERVAL_MS && now() - (tried.get(key) ?? 0) > USE_INTERVAL_MS;
      if (!isDue) return;
      if (tried.size >= MAX_REMEMBERED) tried.clear();
      tried.set(key, now());
      void (async () => {
        if (inline === undefined && !(await bucket.refresh(blobKey(body.hash))).ok) return;
        await bucket.refresh(key, etag);
      })();
    },
  };
}
