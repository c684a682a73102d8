import { existsSync, realpathSync } from 'node:fs';
import type { QuickStat } from '@tr/quick';
import { LOOK_WIDTH, LOOSE, type RecordedRun } from './recorded-run.js';

/** True when everything that the run looked at looks as it did. */
export function looksSame(run: RecordedRun, quickStat: QuickStat): boolean {
  const { looked, looks, absent, present, resolved } = run;
  return (
    looked.every((path, index) => isSame(tryLook(quickStat, path), looks, index * LOOK_WIDTH)) &&
    absent.every((path) => isAbsent(quickStat, path)) &&
    present.every((path) => existsSync(path)) &&
    resolved.every(([path, target]) => tryResolve(path) === target)
  );
}

/** Whether nothing is at the path, or something that is no directory is on the way to it. */
export function isAbsent(quickStat: QuickStat, path: string): boolean {
  try {
    return quickStat(path) === undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOTDIR';
  }
}

/** Undefined where nothing is, or where that is not to be seen: a directory that may not be entered, a circle of links. */
export function tryLook(quickStat: QuickStat, path: string): ReturnType<QuickStat> {
  try {
    return quickStat(path);
  } catch {
    return undefined;
  }
}

/** Where the path leads when all links are followed; undefined when that is nowhere. */
export function tryResolve(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

function isSame(stat: ReturnType<QuickStat>, looks: Float64Array, at: number): boolean {
  if (stat === undefined || stat.mode !== looks[at] || stat.ino !== looks[at + 1]) return false;
  const ctimeMs = looks[at + 4];
  if (ctimeMs === LOOSE) return true;
  return stat.ctimeMs === ctimeMs && stat.mtimeMs === looks[at + 3] && stat.size === looks[at + 2];
}
