import { join, sep } from 'node:path';
import { errorCode, isMissing, fail, ok, type Result } from '@tr/model';
import type { Disk } from '../disk.js';
import type { FileLook } from '../file-look.js';
import type { CacheFolder } from '../folder/cache-folder.js';
import { noteUse, placeRecord, putUseRight } from '../folder/place-record.js';
import { guarded } from '../folder/guarded.js';
import { setAside } from '../folder/quarantine.js';
import { writeTemp } from '../folder/write-file.js';
import { createPacer, SERVING_BUDGET_MS } from '../pacer.js';
import { readWhole } from '../read-whole.js';
import { attemptAsync, type StoreResult } from '../trouble.js';
import { scanDirectories, scanFiles } from '../upkeep/scan-folder.js';
import {
  fromEntryBytes,
  isSameName,
  isSameNamespace,
  isSameWrite,
  MAX_ENTRY_BYTES,
  OTHER_ENTRY_VERSION,
  readEntryUse,
  toEntryBytes,
  withoutBody,
} from './entry-bytes.js';
import { entryPath, keyPath, namespacePath } from './entry-path.js';
import { RecentEntries } from './recent-entries.js';
import { isSameFile, isYoungFile } from './same-file.js';
import { USE_INTERVAL_MS, type Entry, type EntryName, type EntryStore, type ListedEntry } from './entry-store.js';

const ENTRY_MODE = 0o644;
/** What the system says of a folder that somebody has put something into. */
const NOT_EMPTY: readonly string[] = ['ENOTEMPTY', 'EEXIST'];

/** What the store needs besides its folder. */
export interface FileEntryStoreOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Entries as files below `entries/` of a cache folder; the modification time of a file is its last use. */
export function createFileEntryStore(folder: CacheFolder, { now }: FileEntryStoreOptions): EntryStore {
  const { disk } = folder;
  const root = join(folder.root, 'entries');
  const recent = new RecentEntries<FileLook>(isSameFile);
  const pathOf = createPaths(root);

  const readRecent = (path: string, stats: FileLook, name?: EntryName): StoreResult<Entry | undefined> => {
    const known = recent.find(path, stats);
    if (known !== undefined) return ok(known);
    const found = readEntry(folder, path, name);
    if (!found.ok) return found;
    if (found.value === undefined) return ok(undefined);
    const { stored, stats: read } = found.value;
    if (!isYoungFile(read, now())) recent.note(path, read, stored);
    return ok(stored);
  };

  const remove = (path: string): undefined => {
    try {
      disk.unlink(path);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  };

  return {
    async get(name) {
      const path = pathOf(name);
      return guarded<Entry | undefined>(folder, path, () => {
        const stats = disk.lstat(path);
        if (stats === undefined) return ok(undefined);
        if (now() - stats.mtimeMs > USE_INTERVAL_MS) noteUse(folder, path, now());
        return readRecent(path, stats, name);
      });
    },

    async put(entry, options) {
      const path = pathOf(entry.name);
      return guarded(folder, path, () => {
        const temp = writeTemp(folder, ENTRY_MODE, (file) => disk.write(file, toEntryBytes(entry)));
        const readFirst = () => {
          const first = readEntry(folder, path, entry.name);
          if (!first.ok || first.value === undefined) return undefined;
          const givesWay = options?.over !== undefined && isSameWrite(first.value.stored, options.over);
          return givesWay ? undefined : first.value;
        };
        const first = placeRecord(folder, { temp, path, replace: options?.replace === true, readFirst });
        return ok(first === undefined ? 'stored' : 'kept');
      });
    },

    async delete(name) {
      const path = pathOf(name);
      return guarded(folder, path, () => ok(remove(path)));
    },

    async evict(name, usedAt) {
      const path = pathOf(name);
      return guarded(folder, path, () => {
        if ((disk.lstat(path)?.mtimeMs ?? 0) > usedAt) return ok(false);
        remove(path);
        return ok(true);
      });
    },

    async list(namespace) {
      const directory = join(root, ...namespacePath(namespace));
      const refusal = folder.check();
      if (refusal !== undefined) return fail(refusal);
      return await attemptAsync(directory, async () => {
        const pacer = createPacer(SERVING_BUDGET_MS);
        const entries: ListedEntry[] = [];
        for (const fanOut of scanDirectories(disk, directory)) {
          for (const { path, stats } of scanFiles(disk, fanOut)) {
            const found = readRecent(path, stats);
            if (found.ok && found.value !== undefined) entries.push(withoutBody(found.value));
            await pacer.turn();
          }
        }
        return entries.sort((a, b) => b.createdAt - a.createdAt);
      });
    },

    async scan(visit) {
      const refusal = folder.check();
      if (refusal !== undefined) return fail(refusal);
      return await attemptAsync(root, async () => {
        const pacer = createPacer(SERVING_BUDGET_MS);
        for (const { path: fanOut, level } of scanFolders(disk, root)) {
          if (level > 0) continue;
          for (const { path } of scanFiles(disk, fanOut)) {
            const found = readStored(folder, path, readEntryUse);
            if (found.ok && found.value !== undefined) {
              const usedAt = putUseRight(folder, { path, usedAt: found.value.stats.mtimeMs }, now());
              visit({ ...found.value.stored, usedAt });
            }
            await pacer.turn();
          }
        }
        return undefined;
      });
    },

    async sweepFolders(before) {
      const refusal = folder.check();
      if (refusal !== undefined) return fail(refusal);
      return await attemptAsync(root, async () => {
        const pacer = createPacer(SERVING_BUDGET_MS);
        for (const { path } of scanFolders(disk, root)) {
          removeEmpty(folder, path, before);
          await pacer.turn();
        }
        return undefined;
      });
    },
  };
}

/** Folders below `directory`, inner ones first: of scopes, of namespaces in them, and in those of files (level 0). */
function* scanFolders(
  disk: Disk,
  directory: string,
  level = 2,
): Generator<{ readonly path: string; readonly level: number }> {
  for (const path of scanDirectories(disk, directory)) {
    if (level > 0) yield* scanFolders(disk, path, level - 1);
    yield { path, level };
  }
}

/** Removes a folder that has been empty since `before`. A writer that was about to use it makes it again. */
function removeEmpty({ disk }: CacheFolder, path: string, before: number): void {
  const stats = disk.lstat(path);
  if (stats === undefined || stats.ctimeMs >= before) return;
  try {
    if (disk.readDirectory(path).length === 0) disk.removeDirectory(path);
  } catch (error) {
    if (!isMissing(error) && !NOT_EMPTY.includes(errorCode(error) ?? '')) throw error;
  }
}

interface Read<T> {
  readonly stored: T;
  /** Of its file; the modification time is the last use. */
  readonly stats: FileLook;
}

/** Namespaces whose folders are remembered. */
const MAX_NAMESPACES = 1000;

/** Paths of entries; the folders of namespaces are worked out once. */
function createPaths(root: string): (name: EntryName) => string {
  const folders = new Map<string, string>();
  const folderOf = (name: EntryName): string => {
    const { tenant, scope, protocol, instance } = name;
    const namespace = JSON.stringify([tenant, scope, protocol, instance]);
    let folder = folders.get(namespace);
    if (folder === undefined) {
      if (folders.size >= MAX_NAMESPACES) folders.clear();
      folder = join(root, ...namespacePath(name)) + sep;
      folders.set(namespace, folder);
    }
    return folder;
  };
  // One after the other is mostly of the same namespace: comparing it costs less than making a key of it.
  let last: { readonly of: EntryName; readonly folder: string } | undefined;
  return (name) => {
    if (last === undefined || !isSameNamespace(last.of, name)) last = { of: name, folder: folderOf(name) };
    const [fanOut, digest] = keyPath(name.key);
    return `${last.folder}${fanOut}${sep}${digest}`;
  };
}

function readEntry(folder: CacheFolder, path: string, name?: EntryName): StoreResult<Read<Entry> | undefined> {
  return readStored(folder, path, fromEntryBytes, name);
}

/**
 * Reads and checks an entry. One that cannot be trusted, or that says it is another, is set aside; one of another version is left to
 * the servers that know it, until somebody stores another one over it.
 */
function readStored<T extends { readonly name: EntryName }>(
  folder: CacheFolder,
  path: string,
  parse: (bytes: Uint8Array) => Result<T, string>,
  name?: EntryName,
): StoreResult<Read<T> | undefined> {
  let file;
  try {
    file = readWhole(folder.disk, path, MAX_ENTRY_BYTES);
  } catch (error) {
    if (isMissing(error)) return ok(undefined);
    if (errorCode(error) !== 'EFBIG') throw error;
    return refuse(folder, path, 'too large');
  }
  const parsed = parse(file.bytes);
  if (!parsed.ok) return refuse(folder, path, parsed.failure);
  const stored = parsed.value;
  const isAtHome = path.endsWith(join(...entryPath(stored.name)));
  if (!isAtHome || (name !== undefined && !isSameName(stored.name, name))) return refuse(folder, path, 'another name');
  return ok({ stored, stats: file.stats });
}

function refuse(folder: CacheFolder, path: string, detail: string): StoreResult<never> {
  if (detail !== OTHER_ENTRY_VERSION) setAside(folder, path);
  return fail({ code: 'store/corrupt', kind: 'entry', name: path, detail });
}
