import { join, sep } from 'node:path';
import { errorCode, isMissing, fail, ok } from '@tr/model';
import type { FileLook } from '../file-look.js';
import type { CacheFolder } from '../folder/cache-folder.js';
import { noteUse, placeRecord } from '../folder/place-record.js';
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
  toEntryBytes,
} from './entry-bytes.js';
import { entryPath, keyPath, namespacePath } from './entry-path.js';
import { RecentEntries } from './recent-entries.js';
import { isSameFile, isYoungFile } from './same-file.js';
import { USE_INTERVAL_MS, type Entry, type EntryName, type EntryStore } from './entry-store.js';

const ENTRY_MODE = 0o644;

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
    if (!isYoungFile(found.value.stats, now())) recent.note(path, found.value.stats, found.value.entry);
    return ok(found.value.entry);
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
          const givesWay = options?.over !== undefined && isSameWrite(first.value.entry, options.over);
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
        const entries: Entry[] = [];
        for (const fanOut of scanDirectories(disk, directory)) {
          for (const { path, stats } of scanFiles(disk, fanOut)) {
            const found = readRecent(path, stats);
            if (found.ok && found.value !== undefined) entries.push(found.value);
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
        for (const scope of scanDirectories(disk, root)) {
          for (const namespace of scanDirectories(disk, scope)) {
            for (const fanOut of scanDirectories(disk, namespace)) {
              for (const { path } of scanFiles(disk, fanOut)) {
                const found = readEntry(folder, path);
                if (found.ok && found.value !== undefined) {
                  const { name, body, durationMs, inline } = found.value.entry;
                  visit({
                    name,
                    body,
                    durationMs,
                    hasBlob: inline === undefined,
                    usedAt: found.value.stats.mtimeMs,
                  });
                }
                await pacer.turn();
              }
            }
          }
        }
        return undefined;
      });
    },
  };
}

interface ReadEntry {
  readonly entry: Entry;
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

/** Reads and checks an entry; one that cannot be trusted, or that says it is another, is set aside. */
function readEntry(folder: CacheFolder, path: string, name?: EntryName): StoreResult<ReadEntry | undefined> {
  let file;
  try {
    file = readWhole(folder.disk, path, MAX_ENTRY_BYTES);
  } catch (error) {
    if (isMissing(error)) return ok(undefined);
    if (errorCode(error) !== 'EFBIG') throw error;
    return refuse(folder, path, 'too large');
  }
  const parsed = fromEntryBytes(file.bytes);
  if (!parsed.ok) return refuse(folder, path, parsed.failure);
  const entry = parsed.value;
  const isAtHome = path.endsWith(join(...entryPath(entry.name)));
  if (!isAtHome || (name !== undefined && !isSameName(entry.name, name))) return refuse(folder, path, 'another name');
  return ok({ entry, stats: file.stats });
}

function refuse(folder: CacheFolder, path: string, detail: string): StoreResult<never> {
  setAside(folder, path);
  return fail({ code: 'store/corrupt', kind: 'entry', name: path, detail });
}
