import * as fs from 'node:fs';
import { openQuickFileStat, openQuickStat, type QuickFileStat, type QuickLook, type QuickStat } from '@tr/quick';

/** What a look at a path finds. Times in milliseconds since the epoch. */
export type FileLook = Pick<
  fs.Stats,
  'size' | 'mode' | 'ino' | 'nlink' | 'mtimeMs' | 'ctimeMs' | 'isFile' | 'isDirectory' | 'isSymbolicLink'
>;

/** Undefined where there is no quick look; not known before the first one. */
let quickStat: QuickStat | undefined | 'unknown' = 'unknown';
let quickFileStat: QuickFileStat | undefined | 'unknown' = 'unknown';

/** Like `lstatSync` with `throwIfNoEntry: false`, for half its time: a restore looks at each file several times. */
export function lookAt(path: string): FileLook | undefined {
  if (quickStat === 'unknown') quickStat = openQuickStat('/');
  // It would look at what stands before a NUL; this refuses it.
  if (quickStat === undefined || path.includes('\0')) return fs.lstatSync(path, { throwIfNoEntry: false });
  const look = quickStat(path);
  return look && new QuickFileLook(look);
}

/** Like `fstatSync`, for a tenth of its time. */
export function lookAtOpen(file: number): FileLook {
  if (quickFileStat === 'unknown') quickFileStat = openQuickFileStat(file);
  return quickFileStat === undefined ? fs.fstatSync(file) : new QuickFileLook(quickFileStat(file));
}

class QuickFileLook implements FileLook {
  readonly size: number;
  readonly mode: number;
  readonly ino: number;
  readonly nlink: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;

  constructor(look: QuickLook) {
    this.size = look.size;
    this.mode = look.mode;
    this.ino = look.ino;
    this.nlink = look.nlink;
    this.mtimeMs = look.mtimeMs;
    this.ctimeMs = look.ctimeMs;
  }

  isFile(): boolean {
    return this.#is(fs.constants.S_IFREG);
  }

  isDirectory(): boolean {
    return this.#is(fs.constants.S_IFDIR);
  }

  isSymbolicLink(): boolean {
    return this.#is(fs.constants.S_IFLNK);
  }

  #is(type: number): boolean {
    return (this.mode & fs.constants.S_IFMT) === type;
  }
}
