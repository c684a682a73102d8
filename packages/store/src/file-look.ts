import * as fs from 'node:fs';
import { quickLookAt, quickLookAtOpen, type QuickLook } from '@tr/quick';

/** What a look at a path finds. Times in milliseconds since the epoch. */
export type FileLook = Pick<
  fs.Stats,
  'size' | 'mode' | 'ino' | 'nlink' | 'mtimeMs' | 'ctimeMs' | 'isFile' | 'isDirectory' | 'isSymbolicLink'
>;

/** Like `lstatSync` with `throwIfNoEntry: false`, for half its time: a restore looks at each file several times. */
export function lookAt(path: string): FileLook | undefined {
  const look = quickLookAt(path);
  return look && new QuickFileLook(look);
}

/** Like `fstatSync`, for a tenth of its time. */
export function lookAtOpen(file: number): FileLook {
  return new QuickFileLook(quickLookAtOpen(file));
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
