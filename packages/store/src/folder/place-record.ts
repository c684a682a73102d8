import { errorCode } from '@tr/model';
import type { CacheFolder } from './cache-folder.js';
import { linkNew } from './link-new.js';
import { commitTemp, dropTemp } from './write-file.js';

/** A written temp file, where it belongs, and what may be there already. */
export interface RecordPlacement<T> {
  readonly temp: string;
  readonly path: string;
  /** The new record wins whatever is there. */
  readonly replace: boolean;
  /** Reads what is there; undefined when that is gone or cannot be trusted. */
  readonly readFirst: () => T | undefined;
}

/**
 * Puts a record in place by the rule that the first write wins: returns the readable record that was there first and
 * drops the new one, or undefined when the new one is in place. Throws errors of the operating system; the temp file is
 * gone in any case.
 */
export function placeRecord<T>(
  folder: CacheFolder,
  { temp, path, replace, readFirst }: RecordPlacement<T>,
): T | undefined {
  try {
    if (!replace) {
      if (linkNew(folder, temp, path)) {
        dropTemp(folder, temp);
        return undefined;
      }
      const first = readFirst();
      if (first !== undefined) {
        dropTemp(folder, temp);
        return first;
      }
    }
    commitTemp(folder, temp, path);
    return undefined;
  } catch (error) {
    dropTemp(folder, temp);
    throw error;
  }
}

/** Notes the use of a record by its modification time. A cache that may only be read has no uses to note. */
export function noteUse(folder: CacheFolder, path: string, now: number): void {
  try {
    folder.disk.touch(path, now / 1000);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
  }
}

/** So much may a clock be ahead of another one without being wrong, milliseconds. */
const AHEAD_MS = 10 * 60 * 1000;

/**
 * The last use of a record by its modification time, `usedAt`. One that lies in the future was noted by a clock that was wrong, and all that is
 * used until then would be evicted before it: it becomes one of a little while ago.
 */
export function putUseRight(folder: CacheFolder, { path, usedAt }: UsedRecord, now: number): number {
  if (usedAt <= now + AHEAD_MS) return usedAt;
  noteUse(folder, path, now - AHEAD_MS);
  return folder.disk.lstat(path)?.mtimeMs ?? usedAt;
}

interface UsedRecord {
  readonly path: string;
  readonly usedAt: number;
}
