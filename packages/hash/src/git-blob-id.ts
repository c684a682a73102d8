import { createHash } from 'node:crypto';
import type { BlobId } from '@tr/model';

/** Object hash of a git repository. */
export type GitAlgorithm = 'sha1' | 'sha256';

/**
 * The id git gives a blob with these bytes: the digest of `blob <size>\0` and the bytes (gitformat-pack,
 * git-hash-object). No filter is applied.
 */
export function gitBlobId(bytes: Uint8Array, algorithm: GitAlgorithm = 'sha1'): BlobId {
  return createHash(algorithm).update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex') as BlobId;
}
