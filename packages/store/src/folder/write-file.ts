import { dirname } from 'node:path';
import { errorCode } from '../disk.js';
import type { CacheFolder } from './cache-folder.js';

/** A temp file that is being written; it must be committed or dropped. */
export interface TempFile {
  readonly file: number;
  readonly path: string;
}

/** Opens a new temp file, making the folder when it is not there (the first time, or somebody deleted it). */
export function openTemp(folder: CacheFolder, mode: number): TempFile {
  const path = folder.freshPath('tmp');
  try {
    return { file: folder.disk.open(path, 'create', mode), path };
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  folder.disk.makeDirectory(dirname(path));
  folder.prepare();
  return { file: folder.disk.open(path, 'create', mode), path };
}

/** Moves a closed temp file to its place, over whatever is there. */
export function commitTemp(folder: CacheFolder, temp: string, target: string): void {
  inDirectoryOf(folder, target, () => folder.disk.rename(temp, target));
}

/** Runs `operation`, which makes `target`; when its directory is missing, makes that and tries once more. */
export function inDirectoryOf(folder: CacheFolder, target: string, operation: () => void): void {
  try {
    operation();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    folder.disk.makeDirectory(dirname(target));
    operation();
  }
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
