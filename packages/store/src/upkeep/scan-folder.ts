import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import { isSha256 } from '@tr/hash';
import { isMissing, type ActionKey, type Sha256 } from '@tr/model';
import type { Disk } from '../disk.js';
import { isBlake3, type BodyHash } from '../body-store.js';
import type { FileLook } from '../file-look.js';
import type { CacheFolder } from '../folder/cache-folder.js';

/** A blob file of the folder. */
export interface BlobFile {
  readonly hash: Sha256;
  readonly path: string;
  /** True for the executable twin of a blob. */
  readonly isTwin: boolean;
  readonly stats: FileLook;
}

/** A manifest file of the folder. */
export interface ActionFile {
  readonly key: ActionKey;
  readonly path: string;
  readonly stats: FileLook;
}

/** Every blob file, fan-out folder by fan-out folder; strangers are passed over. */
export function* scanBlobs(folder: CacheFolder): Generator<BlobFile> {
  for (const { name, path, stats } of scanFanOut(folder.disk, join(folder.root, 'blobs'))) {
    const isTwin = name.endsWith('-x');
    const hash = isTwin ? name.slice(0, -2) : name;
    if (isSha256(hash)) yield { hash, path, isTwin, stats };
  }
}

/** Every body of a server's store, by either name, fan-out folder by fan-out folder; strangers are passed over. */
export function* scanBodies(folder: CacheFolder): Generator<{ readonly hash: BodyHash; readonly stats: FileLook }> {
  for (const { name, stats } of scanFanOut(folder.disk, join(folder.root, 'blobs')))
    if (isSha256(name) || isBlake3(name)) yield { hash: name, stats };
}

/** Every manifest file; strangers are passed over. */
export function* scanActions(folder: CacheFolder): Generator<ActionFile> {
  for (const { name, path, stats } of scanFanOut(folder.disk, join(folder.root, 'actions'))) {
    const key = name.endsWith('.json') ? name.slice(0, -'.json'.length) : '';
    if (isSha256(key)) yield { key: key as string as ActionKey, path, stats };
  }
}

/** A file that a sweep looks at. */
export interface FoundFile {
  readonly name: string;
  readonly path: string;
  readonly stats: FileLook;
}

/** Files of a directory, with their stats; empty when there is no such directory, or a link in its place. */
export function* scanFiles(disk: Disk, directory: string): Generator<FoundFile> {
  for (const entry of readOwnEntries(disk, directory)) {
    const path = join(directory, entry.name);
    const stats = entry.isFile() ? disk.lstat(path) : undefined;
    if (stats !== undefined) yield { name: entry.name, path, stats };
  }
}

/** Directories below a directory; empty when there is no such directory, or a link in its place. */
export function scanDirectories(disk: Disk, directory: string): readonly string[] {
  return readOwnEntries(disk, directory)
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(directory, entry.name))
    .sort();
}

function* scanFanOut(disk: Disk, directory: string): Generator<FoundFile> {
  for (const fanOut of scanDirectories(disk, directory)) yield* scanFiles(disk, fanOut);
}

/**
 * Entries of a directory of ours that is about to be swept; none where it is not there, or a link is in its place: whoever makes a
 * repository can commit one, and what it leads to is not ours to remove.
 */
export function readOwnEntries(disk: Disk, directory: string): Dirent[] {
  if (disk.lstat(directory)?.isDirectory() !== true) return [];
  try {
    return disk.readDirectory(directory);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
