import { createHash } from 'node:crypto';
import { closeSync, constants, readFileSync, readSync } from 'node:fs';
import { gitBlobId, type GitAlgorithm } from '@tr/hash';
import type { BlobId } from '@tr/model';
import { NotAFileError, openFile, quickLookAtOpen, quickRead } from '@tr/quick';
import type { FileStat } from './stat-memo.js';

const WHOLE_FILE_BYTES = 8 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
const CARRIAGE_RETURN = 0x0d;

/** A file's content by name. */
export interface HashedFile {
  readonly id: BlobId;
  /** Of the very file that was read. */
  readonly stat: FileStat;
}

/** What {@link hashFile} is given. */
export interface HashFileOptions {
  readonly algorithm: GitAlgorithm;
  /** Give no id to a file that git's line-ending rules could change. */
  readonly refuseConvertible: boolean;
}

/**
 * The blob id of a file's bytes as they are; undefined when they hold something that conversion of line endings or of
 * `$Id$` could change and that is refused. Throws what the file system throws.
 */
export function hashFile(path: string, options: HashFileOptions): HashedFile | undefined {
  const file = openFile(path);
  try {
    // A copy: the next look overwrites it.
    const { mode, size, mtimeMs, ctimeMs, ino } = quickLookAtOpen(file);
    // Since it was looked at, something else may have come.
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw new NotAFileError(path);
    const stat = { size, mtimeMs, ctimeMs, ino };
    if (options.refuseConvertible || size <= WHOLE_FILE_BYTES) {
      const bytes = readAll(file, size);
      if (options.refuseConvertible && isConvertible(bytes)) return undefined;
      return { id: gitBlobId(bytes, options.algorithm), stat };
    }
    return { id: hashLarge(file, size, options.algorithm), stat };
  } finally {
    closeSync(file);
  }
}

/** One call for a file that is as long as it was a moment ago. */
function readAll(file: number, size: number): Buffer {
  const buffer = Buffer.allocUnsafe(size + 1);
  const read = quickRead(file, buffer, { position: 0 });
  return read === size ? buffer.subarray(0, read) : readFileSync(file);
}

function isConvertible(bytes: Buffer): boolean {
  return bytes.includes(CARRIAGE_RETURN) || bytes.includes('$Id');
}

/** In pieces, since the size of the file is in front of what git hashes. */
function hashLarge(file: number, size: number, algorithm: GitAlgorithm): BlobId {
  const hash = createHash(algorithm).update(`blob ${size}\0`);
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let at = 0;
  while (at < size) {
    const read = readSync(file, chunk, 0, Math.min(CHUNK_BYTES, size - at), at);
    if (read === 0) break;
    hash.update(chunk.subarray(0, read));
    at += read;
  }
  // A file that shrank meanwhile gets an id that no content has: a key that nothing is stored under.
  return hash.digest('hex') as BlobId;
}
