import { ok, type Digest, type MissReason } from '@tr/model';
import type { BlobStore, StoreResult } from '@tr/store';

/** Why a stored log is of no use; undefined when it is there, or empty. Reads it only to tell what is wrong with it. */
export async function findMissingLog(blobs: BlobStore, log: Digest): Promise<StoreResult<MissReason | undefined>> {
  if (log.size === 0) return ok(undefined);
  const missing = await blobs.findMissing([log]);
  if (!missing.ok) return missing;
  if (missing.value.length === 0) return ok(undefined);
  // Gone, or there with other bytes: reading it tells which, and sets bad bytes aside.
  const read = await blobs.readBytes(log);
  return !read.ok && read.failure.code === 'store/corrupt'
    ? ok({ reason: 'integrity', path: 'log', detail: read.failure.detail })
    : ok({ reason: 'blob-missing', path: 'log' });
}
