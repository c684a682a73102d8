import { createHash } from 'node:crypto';
import type { BlobId } from '@tr/model';
import { quickHash, type HashAlgorithm } from '@tr/quick';

/** Object hash of a git repository. */
export type GitAlgorithm = HashAlgorithm;

/** Up to here the bytes are copied behind their header: one call takes a fifth of the time of four. */
const COPIED_BYTES = 64 * 1024;

/**
 * The id git gives a blob with these bytes: the digest of `blob <size>\0` and the bytes (gitformat-pack,
 * git-hash-object). No filter is applied.
 */
export function gitBlobId(bytes: Uint8Array, algorithm: GitAlgorithm = 'sha1'): BlobId {
  const header = `blob ${bytes.byteLength}\0`;
  if (bytes.byteLength <= COPIED_BYTES)
    return quickHash(algorithm, Buffer.concat([Buffer.from(header), bytes])) as BlobId;
  return createHash(algorithm).update(header).update(bytes).digest('hex') as BlobId;
}
