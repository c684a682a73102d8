import { createRunningDigest, digestOf, isSameDigest } from '@tr/hash';
import { isMissing, type Digest } from '@tr/model';
import type { Disk } from '../disk.js';
import type { BodyHash } from '../body-store.js';
import type { CacheFolder } from '../folder/cache-folder.js';
import { setAside } from '../folder/quarantine.js';
import { commitTemp, writeTemp } from '../folder/write-file.js';
import { attempt } from '../trouble.js';

/** The earliest modification time of a blob, seconds since the epoch (2000-01-01). */
const FIRST_BLOB_TIME = 946_684_800;
/** Hex digits of the digest that make the time: up to eight and a half years. */
const TIME_DIGITS = 7;
/** Bytes that are read or written at once. */
export const CHUNK_BYTES = 1024 * 1024;
const EXECUTABLE_MODE = 0o555;

/**
 * Modification time of a blob, seconds since the epoch: a blob that was written to, for instance through a hard link in a
 * workspace, shows another one. It comes from the digest, as tools that take a file of the same size and time for the
 * same (Python's bytecode) must not do so for two versions of a linked file. The change time tells how young a blob is.
 */
export function blobTime(hash: BodyHash): number {
  return FIRST_BLOB_TIME + Number.parseInt(hash.slice(0, TIME_DIGITS), 16);
}

/** Whether a modification time, milliseconds, is one that blobs have: tells our hard links from those of other tools. */
export function isBlobTime(mtimeMs: number): boolean {
  const since = mtimeMs / 1000 - FIRST_BLOB_TIME;
  return Number.isInteger(since) && since >= 0 && since < 16 ** TIME_DIGITS;
}

/** Undefined when there is no such blob. */
export function openBlob(disk: Disk, path: string): number | undefined {
  try {
    return disk.open(path, 'read');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** True when size and time are those the blob was stored with. */
export function isUntouched(stats: { readonly size: number; readonly mtimeMs: number }, digest: Digest): boolean {
  return stats.size === digest.size && stats.mtimeMs === blobTime(digest.hash) * 1000;
}

/** Hashes a blob whose stat looks wrong; when the bytes are right its time is set back. */
export function recheck(folder: CacheFolder, digest: Digest, path: string): boolean {
  const { disk } = folder;
  const file = openBlob(disk, path);
  if (file === undefined) return false;
  try {
    if (!isSameDigest(digestOfOpen(disk, file, digest.size), digest)) return false;
  } finally {
    disk.close(file);
  }
  const touched = attempt(path, () => disk.touch(path, blobTime(digest.hash)));
  return touched.ok || touched.failure.code === 'store/read-only' || touched.failure.code === 'store/denied';
}

/** Of an open file that is to have `size` bytes, or of as much as shows that it has more. */
function digestOfOpen(disk: Disk, file: number, size: number): Digest {
  const buffer = Buffer.allocUnsafe(Math.min(size + 1, CHUNK_BYTES));
  let count = disk.read(file, buffer);
  if (size < CHUNK_BYTES) return digestOf(buffer.subarray(0, count));
  const running = createRunningDigest();
  for (; count > 0; count = disk.read(file, buffer)) running.update(buffer.subarray(0, count));
  return running.finish();
}

/**
 * Gives a stored file back the mode that its links are to have: who makes one of them executable, or no longer so, does that to all.
 * False when it has another one and may not be changed. Bits of a file system that has none of its own stay as they are.
 */
export function resetMode(
  { disk }: CacheFolder,
  path: string,
  { mode, executable }: { readonly mode: number; readonly executable: boolean },
): boolean {
  if (((mode & 0o111) !== 0) === executable) return true;
  const readable = mode & 0o444;
  return attempt(path, () => disk.setMode(path, executable ? readable | (readable >> 2) : readable)).ok;
}

/** A hard link has the mode of its file, so an executable one needs a file of its own. */
export function executableTwin(folder: CacheFolder, digest: Digest): string {
  const { disk } = folder;
  const path = folder.blobPath(digest.hash, true);
  const stats = disk.lstat(path);
  if (stats !== undefined) {
    if (isUntouched(stats, digest) || recheck(folder, digest, path)) return path;
    setAside(folder, path);
  }
  const source = disk.open(folder.blobPath(digest.hash), 'read');
  try {
    const temp = writeTemp(folder, EXECUTABLE_MODE, (file) => {
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
      for (let count = disk.read(source, buffer); count > 0; count = disk.read(source, buffer))
        disk.write(file, buffer.subarray(0, count));
      disk.setTime(file, blobTime(digest.hash));
    });
    commitTemp(folder, temp, path);
  } finally {
    disk.close(source);
  }
  return path;
}
