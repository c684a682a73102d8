import type { FileLook } from '@tr/store';

/** What the file system says of one output, to tell later whether anybody touched it. Times in milliseconds. */
export interface Stamp {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly inode: number;
  readonly mode: number;
}

/** A stamp that no file has: its output is compared by content next time. */
export const NO_STAMP: Stamp = { size: -1, mtimeMs: 0, ctimeMs: 0, inode: 0, mode: 0 };

/** Takes the stamp out of a stat. */
export function toStamp(stats: FileLook): Stamp {
  return {
    size: stats.size,
    mtimeMs: stats.mtimeMs,
    ctimeMs: stats.ctimeMs,
    inode: stats.ino,
    mode: stats.mode,
  };
}

/** True when nothing of the stamp has changed. */
export function isSameStamp(a: Stamp, b: Stamp): boolean {
  return isSameContentStamp(a, b) && a.ctimeMs === b.ctimeMs && a.mode === b.mode;
}

/** True when the file is the same and its content has not been written: all but change time and mode. */
export function isSameContentStamp(a: Stamp, b: Stamp): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.inode === b.inode;
}

/** True when anybody may execute it. */
export function isExecutable(mode: number): boolean {
  return (mode & 0o111) !== 0;
}
