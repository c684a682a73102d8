import { dirname, join, sep } from 'node:path';
import { sha256 } from '@tr/hash';
import { errorCode, type ActionKey, type StoreFailure, type TaskId } from '@tr/model';
import { uniqueDigits } from '@tr/quick';
import type { Disk } from '../disk.js';
import type { BodyHash } from '../body-store.js';
import { readWhole } from '../read-whole.js';
import { toStoreFailure } from '../trouble.js';

/** Version of the folder layout; part of its name. History: 1 (0.1): first. */
const LAYOUT_VERSION = 1;
const FORMAT = { format: 'tr-cache', version: LAYOUT_VERSION };
const MAX_FORMAT_BYTES = 4096;

/**
 * Where things lie in a cache directory, and how they get there. Layout of `v1/`:
 * `format.json`; `blobs/<2 hex>/<sha256>` (and `<sha256>-x`, the executable twin for hard links; `<blake3>-b3` in a server's store);
 * `actions/<2 hex>/<key>.json`; `tasks/<2 hex>/<sha256 of the task id>/<time>-<key>`; `arrivals/`; `tmp/`,
 * `trash/`, `quarantine/`.
 *
 * Every write is a temp file in `tmp/` and a rename, so that a process killed at any moment leaves a whole file or
 * none. Nothing is fsynced: after a power cut a file may be empty or torn, which its digest shows when it is read; the
 * entry is then a miss and is stored again. A cache need not pay for more.
 */
export interface CacheFolder {
  readonly disk: Disk;
  /** Absolute path of the versioned folder. */
  readonly root: string;
  blobPath(hash: BodyHash, executable?: boolean): string;
  actionPath(key: ActionKey): string;
  taskFolder(task: TaskId): string;
  /** Directories that have been there when this process looked; see `inDirectoryOf`. */
  readonly seen: Set<string>;
  /** A fresh name below `tmp`, `trash`, `quarantine` or `arrivals`. */
  freshPath(area: 'tmp' | 'trash' | 'quarantine' | 'arrivals', label?: string): string;
  /** Why this folder may not be used; undefined when it may. A folder that does not exist yet is fine. */
  check(): StoreFailure | undefined;
  /** Writes the format file when there is none, or it is torn. Throws errors of the operating system. */
  prepare(): void;
  /** Whether a format file is there that is torn: a file that is made here has to {@link prepare} first. */
  readonly isTorn: boolean;
}

/** The folder `v1` below `directory` (absolute). Touches nothing until it is used. */
export function openCacheFolder(options: { readonly directory: string; readonly disk: Disk }): CacheFolder {
  const { disk } = options;
  const root = join(options.directory, `v${LAYOUT_VERSION}`);
  const formatPath = join(root, 'format.json');
  let isKnownGood = false;
  let isTorn = false;
  const own = uniqueDigits(24);
  let names = 0;
  const folder: CacheFolder = {
    disk,
    root,
    seen: new Set(),
    // Hashes and keys have nothing to normalize: `join` would take longer than some of the calls that the paths are for.
    blobPath: (hash, executable = false) =>
      `${root}${sep}blobs${sep}${hash.slice(0, 2)}${sep}${hash}${executable ? '-x' : ''}`,
    actionPath: (key) => `${root}${sep}actions${sep}${key.slice(0, 2)}${sep}${key}.json`,
    taskFolder: (task) => {
      const hash = sha256(task);
      return `${root}${sep}tasks${sep}${hash.slice(0, 2)}${sep}${hash}`;
    },
    freshPath: (area, label = '') =>
      `${root}${sep}${area}${sep}${label === '' ? '' : `${label}.`}${own}-${(names++).toString(36)}`,
    check: () => {
      if (isKnownGood) return undefined;
      const found = readFormat(disk, formatPath);
      if (found === 'current') isKnownGood = true;
      isTorn = found === 'torn';
      return typeof found === 'string' ? undefined : found;
    },
    prepare: () => {
      writeFormat(folder);
      isTorn = false;
    },
    get isTorn() {
      return isTorn;
    },
  };
  return folder;
}

/** Whether {@link CacheFolder.freshPath} can have made a name. */
export function isFreshName(name: string): boolean {
  return /(?:^|\.)[0-9a-f]{24}-[0-9a-z]+$/.test(name);
}

/** What a power cut leaves of a file that was just written, empty or of zero bytes, is `torn`: no version of `tr` has written that. */
function readFormat(disk: Disk, path: string): 'current' | 'absent' | 'torn' | StoreFailure {
  let text: string;
  try {
    // Asked by every call until something is stored, and an error takes ten times as long as a look.
    if (disk.lstat(path) === undefined) return 'absent';
    text = Buffer.from(readWhole(disk, path, MAX_FORMAT_BYTES).bytes).toString('utf8');
  } catch (error) {
    const code = errorCode(error);
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'absent' : toStoreFailure(error, path);
  }
  if (text.trim() === JSON.stringify(FORMAT)) return 'current';
  if (/^[\s\0]*$/.test(text)) return 'torn';
  return { code: 'store/unknown-version', path: dirname(path), found: text.trim().slice(0, 80) };
}

function writeFormat(folder: CacheFolder): void {
  const path = join(folder.root, 'format.json');
  if (folder.disk.lstat(path) !== undefined && !folder.isTorn) return;
  // In a work tree that does not ignore it the store would be an input of the tasks it stores.
  writeWhole(folder, join(folder.root, '.gitignore'), '*\n');
  writeWhole(folder, path, `${JSON.stringify(FORMAT)}\n`);
}

function writeWhole(folder: CacheFolder, path: string, text: string): void {
  const { disk } = folder;
  const temp = folder.freshPath('tmp');
  disk.makeDirectory(dirname(temp));
  try {
    const file = disk.open(temp, 'create');
    try {
      disk.write(file, Buffer.from(text));
    } finally {
      disk.close(file);
    }
    disk.rename(temp, path);
  } catch (error) {
    if (errorCode(error) !== undefined && disk.lstat(temp) !== undefined) disk.unlink(temp);
    throw error;
  }
}
