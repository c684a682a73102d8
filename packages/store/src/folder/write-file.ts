import { dirname } from 'node:path';
import { errorCode } from '@tr/model';
import type { CacheFolder } from './cache-folder.js';

/** A temp file that is being written; it must be committed or dropped. */
export interface TempFile {
  readonly file: number;
  readonly path: string;
}

/** Opens a new temp file, making the folder when it is not there (the first time, or somebody deleted it). */
export function openTemp(folder: CacheFolder, mode: number, how: 'create' | 'direct' = 'create'): TempFile {
  const path = folder.freshPath('tmp');
  if (folder.isTorn) folder.prepare();
  try {
    return { file: folder.disk.open(path, how, mode), path };
  } catch (error) {
    if (how === 'direct') dropTemp(folder, path);
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  folder.disk.makeDirectory(dirname(path));
  folder.prepare();
  return { file: folder.disk.open(path, how, mode), path };
}

/** Moves a closed temp file to its place, over whatever is there. */
export function commitTemp(folder: CacheFolder, temp: string, target: string): void {
  inDirectoryOf(folder, target, () => folder.disk.rename(temp, target));
}

/** Directories that a folder remembers at most. */
const MAX_SEEN = 4096;

/**
 * Runs `operation`, which makes `target`, when its directory is there or has been made; once more when somebody has removed it
 * since. Looked for first, because in an empty cache nearly every directory is missing, and an error takes ten times as long
 * as a look.
 */
export function inDirectoryOf(folder: CacheFolder, target: string, operation: () => void): void {
  const directory = dirname(target);
  makeSeen(folder, directory);
  try {
    operation();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    folder.disk.makeDirectory(directory);
    operation();
  }
}

function makeSeen(folder: CacheFolder, directory: string): void {
  const { disk, root, seen } = folder;
  if (seen.has(directory)) return;
  if (disk.lstat(directory) === undefined) {
    if (directory.length > root.length) makeSeen(folder, dirname(directory));
    disk.makeDirectory(directory);
  }
  if (seen.size >= MAX_SEEN) seen.clear();
  seen.add(directory);
}

/** Removes a temp file if it is still there; trouble with that is left to the next gc. */
export function dropTemp(folder: CacheFolder, temp: string): void {
  try {
    folder.disk.unlink(temp);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
  }
}

/**
 * Writes a temp file with `fill`, closes it and returns its path. On any error the temp file is removed and the error
 * thrown on.
 */
export function writeTemp(folder: CacheFolder, mode: number, fill: (file: number) => void): string {
  const temp = openTemp(folder, mode);
  let isOpen = true;
  try {
    fill(temp.file);
    isOpen = false;
    folder.disk.close(temp.file);
    return temp.path;
  } catch (error) {
    if (isOpen) folder.disk.close(temp.file);
    dropTemp(folder, temp.path);
    throw error;
  }
}
