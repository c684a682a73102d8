import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '@tr/model';
import { quickRead, quickWrite } from '@tr/quick';
import { lookAt, lookAtOpen, type FileLook } from './file-look.js';
import { replaceFile } from './replace-file.js';

/**
 * The file operations that stores and restores are made of. Synchronous, because for many small files that takes
 * half the time of the asynchronous calls. A port, so that tests can fail or stop at any step. Everything throws
 * the error of the operating system unless said otherwise.
 */
export interface Disk {
  /** Undefined when nothing is there. Does not follow a link. */
  lstat(path: string): FileLook | undefined;
  /** Entries in no particular order. */
  readDirectory(path: string): fs.Dirent[];
  readLink(path: string): string;
  /**
   * `read`: must exist. `create`: must not exist. `append`: created when absent. `direct`: as `create`, and what is written goes past the
   * kernel's memory: whole blocks of memory that begins at one. Where that cannot be, an error, now or at the first write; an empty file may be
   * there then.
   */
  open(path: string, how: 'read' | 'create' | 'append' | 'direct', mode?: number): number;
  fstat(file: number): FileLook;
  /** Fills `buffer` from the current position as far as the file goes; returns the number of bytes. */
  read(file: number, buffer: Uint8Array): number;
  /** Like `read`, from a position in the file; leaves the current position alone. */
  readAt(file: number, buffer: Uint8Array, position: number): number;
  /** Writes all of `bytes` at the current position. */
  write(file: number, bytes: Uint8Array): void;
  /** Like `write`, on another thread; the bytes must stay as they are until then. */
  writeLater(file: number, bytes: Uint8Array): Promise<void>;
  /** Cuts what is behind so many bytes. */
  truncate(file: number, size: number): void;
  /** Sets the modification time, seconds since the epoch. */
  setTime(file: number, seconds: number): void;
  close(file: number): void;
  /** Sets access and modification time, seconds since the epoch. */
  touch(path: string, seconds: number): void;
  /** Makes the directory and those above it; fine when it is there. */
  makeDirectory(path: string): void;
  makeLink(target: string, path: string): void;
  /** A second name for one file; fails when `path` exists. */
  hardLink(existing: string, path: string): void;
  /** A copy that shares blocks; fails where the filesystem cannot. */
  clone(existing: string, path: string): void;
  setMode(path: string, mode: number): void;
  rename(from: string, to: string): void;
  unlink(path: string): void;
  /** Removes an empty directory. */
  removeDirectory(path: string): void;
}

const rename = (from: string, to: string): void => fs.renameSync(from, to);

const FLAGS = { read: 'r', create: 'wx', append: 'a' } as const;

function directFlags(): number {
  const { O_CREAT, O_DIRECT, O_EXCL, O_WRONLY } = fs.constants as Readonly<Record<string, number | undefined>>;
  // Elsewhere than on Linux: as from a filesystem that does not take the flag.
  if (O_DIRECT === undefined) throw Object.assign(new Error('EINVAL: no direct writes'), { code: 'EINVAL' });
  return (O_WRONLY ?? 0) | (O_CREAT ?? 0) | (O_EXCL ?? 0) | O_DIRECT;
}

/** The real disk. */
export const nodeDisk: Disk = {
  lstat: (path) => {
    try {
      return lookAt(path);
    } catch (error) {
      // A file where a directory is expected: nothing is there either.
      if (errorCode(error) === 'ENOTDIR') return undefined;
      throw error;
    }
  },
  readDirectory: (path) => fs.readdirSync(path, { withFileTypes: true }),
  readLink: (path) => fs.readlinkSync(path),
  open: (path, how, mode = 0o666) => fs.openSync(path, how === 'direct' ? directFlags() : FLAGS[how], mode),
  fstat: lookAtOpen,
  read: (file, buffer) => {
    let filled = 0;
    while (filled < buffer.length) {
      const count = quickRead(file, buffer, { offset: filled });
      if (count === 0) break;
      filled += count;
    }
    return filled;
  },
  readAt: (file, buffer, position) => {
    let filled = 0;
    while (filled < buffer.length) {
      const count = quickRead(file, buffer, { offset: filled, position: position + filled });
      if (count === 0) break;
      filled += count;
    }
    return filled;
  },
  write: (file, bytes) => {
    for (let done = 0; done < bytes.length;) done += quickWrite(file, bytes, done);
  },
  writeLater,
  truncate: (file, size) => fs.ftruncateSync(file, size),
  setTime: (file, seconds) => fs.futimesSync(file, seconds, seconds),
  close: (file) => fs.closeSync(file),
  touch: (path, seconds) => fs.utimesSync(path, seconds, seconds),
  makeDirectory,
  makeLink: (target, path) => fs.symlinkSync(target, path),
  hardLink: (existing, path) => fs.linkSync(existing, path),
  clone: (existing, path) => fs.copyFileSync(existing, path, fs.constants.COPYFILE_FICLONE_FORCE),
  setMode: (path, mode) => fs.chmodSync(path, mode),
  rename: process.platform === 'win32' ? (from, to) => replaceFile({ ...nodeDisk, rename }, from, to) : rename,
  unlink: (path) => fs.unlinkSync(path),
  removeDirectory: (path) => fs.rmdirSync(path),
};

async function writeLater(file: number, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;)
    done += await new Promise<number>((resolve, reject) => {
      fs.write(file, bytes, done, bytes.length - done, null, (error, count) =>
        error === null ? resolve(count) : reject(error),
      );
    });
}

function makeOne(path: string): void {
  try {
    fs.mkdirSync(path);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST' || !fs.statSync(path).isDirectory()) throw error;
  }
}

/**
 * With every directory above it. Node's own way never returns where a directory that is there takes none (`/proc`): it
 * believes that its parent is missing, and begins again.
 */
function makeDirectory(path: string): void {
  try {
    fs.mkdirSync(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST' && fs.statSync(path).isDirectory()) return;
    const above = dirname(path);
    if (code !== 'ENOENT' || above === path) throw error;
    // Where it is there by now, another process has just made it, or it takes none.
    if (!fs.existsSync(above)) makeDirectory(above);
    makeOne(path);
  }
}
