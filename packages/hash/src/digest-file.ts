import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import type { Digest, Sha256 } from '@tr/model';

const CHUNK_BYTES = 256 * 1024;

/**
 * Digest of a file's bytes, read in pieces so that memory stays bounded. Synchronous: in tight loops over many small
 * files that is twice as fast as the promise API. Throws what the file system throws.
 */
export function digestFile(path: string): Digest {
  const file = openSync(path, 'r');
  try {
    return digestDescriptor(file);
  } finally {
    closeSync(file);
  }
}

/** Like {@link digestFile} from the start of an open file; the caller closes it. */
export function digestDescriptor(file: number): Digest {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let size = 0;
  for (;;) {
    const read = readSync(file, chunk, 0, CHUNK_BYTES, size);
    if (read === 0) return { hash: hash.digest('hex') as Sha256, size };
    hash.update(read === CHUNK_BYTES ? chunk : chunk.subarray(0, read));
    size += read;
  }
}
