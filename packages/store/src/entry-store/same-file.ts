import type { FileLook } from '../file-look.js';

/** Longer than the clocks of file systems stand still, milliseconds. */
const YOUNG_MS = 100;

/** True when nothing says that two looks at a path found different files, or different contents of one. */
export function isSameFile(a: FileLook, b: FileLook): boolean {
  return a.ino === b.ino && a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs;
}

/** True for a file as young as the clock of a file system is coarse: another one in its place could have the same stat. */
export function isYoungFile({ ctimeMs }: FileLook, now: number): boolean {
  return now - ctimeMs <= YOUNG_MS;
}
