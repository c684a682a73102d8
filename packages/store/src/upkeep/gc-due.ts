import { join } from 'node:path';
import { errorCode } from '@tr/model';
import type { CacheFolder } from '../folder/cache-folder.js';
import { attempt } from '../trouble.js';
import type { CacheLimits } from './choose-evictions.js';

/** At most this long between two automatic gcs, milliseconds. */
const INTERVAL_MS = 24 * 60 * 60 * 1000;
/** Writes since the last gc that make the next one due, as a part of the size bound. */
const WRITTEN_PART = 0.1;
const MEBIBYTE = 1024 * 1024;

/**
 * Two small files tell whether gc is due, so that asking costs two stats: `last-gc` (its modification time) and
 * `written` (one byte for each MiB stored since; appended, so that many processes can add to it).
 */
export function isGcDue(folder: CacheFolder, limits: CacheLimits, now: number): boolean {
  if (folder.check() !== undefined) return false;
  const stamps = attempt(folder.root, () => ({
    last: folder.disk.lstat(lastGcPath(folder)),
    written: folder.disk.lstat(writtenPath(folder)),
  }));
  if (!stamps.ok) return false;
  const { last, written } = stamps.value;
  if (
    written !== undefined &&
    limits.maxBytes !== undefined &&
    written.size * MEBIBYTE > limits.maxBytes * WRITTEN_PART
  )
    return true;
  // A machine whose clock was ahead for a while may have said that it was in years to come.
  return last !== undefined && Math.abs(now - last.mtimeMs) > INTERVAL_MS;
}

/**
 * Adds to what was written since the last gc. The first write ever starts the clock. Trouble only makes that gc later.
 */
export function noteWritten(folder: CacheFolder, bytes: number, now: number): void {
  if (bytes <= 0 || folder.check() !== undefined) return;
  attempt(folder.root, () => {
    if (folder.disk.lstat(lastGcPath(folder)) === undefined) stamp(folder, now);
    const file = folder.disk.open(writtenPath(folder), 'append');
    try {
      folder.disk.write(file, Buffer.alloc(Math.ceil(bytes / MEBIBYTE), '.'));
    } finally {
      folder.disk.close(file);
    }
  });
}

/** Says that a gc begins now. Throws errors of the operating system. */
export function noteGc(folder: CacheFolder, now: number): void {
  stamp(folder, now);
  try {
    folder.disk.unlink(writtenPath(folder));
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

function stamp(folder: CacheFolder, now: number): void {
  folder.disk.close(folder.disk.open(lastGcPath(folder), 'append'));
  folder.disk.touch(lastGcPath(folder), now / 1000);
}

function lastGcPath(folder: CacheFolder): string {
  return join(folder.root, 'last-gc');
}

function writtenPath(folder: CacheFolder): string {
  return join(folder.root, 'written');
}
