import { basename, dirname } from 'node:path';
import { errorCode } from '@tr/model';
import type { CacheFolder } from './cache-folder.js';

/** How long bad bytes are kept to be looked at, milliseconds. */
export const ASIDE_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * Moves something that cannot be trusted out of the way, so that it is a miss from now on and can be looked at; gc
 * deletes it later. Where it cannot be moved (a read-only cache) it stays, and is refused again next time.
 */
export function setAside(folder: CacheFolder, path: string): void {
  const target = folder.freshPath('quarantine', basename(path));
  try {
    folder.disk.makeDirectory(dirname(target));
    folder.disk.rename(path, target);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
  }
}
