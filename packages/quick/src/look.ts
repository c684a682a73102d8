import { fstatSync, lstatSync } from 'node:fs';
import { openQuickFileStat, openQuickStat, type QuickFileStat, type QuickLook, type QuickStat } from './quick-stat.js';

/** Undefined where there is no quick way; not known before the first look. */
let quickStat: QuickStat | undefined | 'unknown' = 'unknown';
let quickFileStat: QuickFileStat | undefined | 'unknown' = 'unknown';

/** What is at a path, links not followed; undefined for nothing. The next look may overwrite it. Throws what `lstatSync` does. */
export function quickLookAt(path: string): QuickLook | undefined {
  if (quickStat === 'unknown') quickStat = openQuickStat('/');
  // It would look at what stands before a NUL; the other refuses it.
  if (quickStat === undefined || path.includes('\0')) return lstatSync(path, { throwIfNoEntry: false });
  return quickStat(path);
}

/** What an open file is. The next look may overwrite it. Throws what `fstatSync` does. */
export function quickLookAtOpen(file: number): QuickLook {
  if (quickFileStat === 'unknown') quickFileStat = openQuickFileStat(file);
  return quickFileStat === undefined ? fstatSync(file) : quickFileStat(file);
}
