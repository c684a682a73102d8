import { basename, join } from 'node:path';
import { isSha256 } from '@tr/hash';
import { errorCode, fail, type ActionKey, type Manifest } from '@tr/model';
import { chunkListPath, listEntryBlobs } from '../file/chunk-lists.js';
import { OTHER_VERSION, readManifest } from '../file/file-action-store.js';
import { addMark, parseMark } from '../file/task-index.js';
import { isFreshName, type CacheFolder } from '../folder/cache-folder.js';
import { ASIDE_MS, setAside } from '../folder/quarantine.js';
import { putUseRight } from '../folder/place-record.js';
import { inDirectoryOf } from '../folder/write-file.js';
import { createPacer, type Pacer } from '../pacer.js';
import { attemptAsync, type StoreResult } from '../trouble.js';
import { chooseEvictions, type CacheLimits, type EntryUse } from './choose-evictions.js';
import { noteGc } from './gc-due.js';
import { scanActions, scanBlobs, scanDirectories, scanFiles, type ActionFile } from './scan-folder.js';

/** How long a blob that nothing refers to yet is spared: longer than any save takes. Milliseconds. */
const DEFAULT_GRACE_MS = 60 * 60 * 1000;
/** How long arrivals are kept that nobody has asked for, milliseconds. */
const ARRIVALS_MS = 7 * 24 * 60 * 60 * 1000;

/** What gc is told. */
export interface GcOptions {
  readonly limits: CacheLimits;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Milliseconds; {@link DEFAULT_GRACE_MS} unless a test says otherwise. */
  readonly graceMs?: number;
}

/** What gc did. Bytes are sizes of files. */
export interface GcReport {
  readonly evictedEntries: number;
  readonly removedBlobs: number;
  readonly freedBytes: number;
  readonly keptEntries: number;
  readonly keptBytes: number;
}

/**
 * Evicts what is too old or too much, and removes every blob that no manifest names. Needs no lock: it may be killed at
 * any moment, run twice at once, and run beside saves and restores.
 * - Blobs younger than the grace time stay, unless they were stored for an entry that is now evicted: a save may be
 *   about to name them. A save makes blobs that it reuses young again, and looks for them once more after its manifest.
 * - Blobs are moved to `trash/` first; then manifests that appeared meanwhile are read, and what they name is moved back.
 *   So a blob is gone for good only if no manifest named it after it had left its place.
 */
export async function collectGarbage(folder: CacheFolder, options: GcOptions): Promise<StoreResult<GcReport>> {
  const refusal = folder.check();
  if (refusal !== undefined) return fail(refusal);
  // `TR_CACHE_DIR` means the store of a server too. What its entries name is not looked at here, and would go.
  if (folder.disk.lstat(join(folder.root, 'entries')) !== undefined)
    return fail({ code: 'store/denied', path: folder.root, detail: 'it is the store of a cache server' });
  return await attemptAsync(folder.root, () => new GarbageCollection(folder, options).run());
}

interface LiveEntry extends EntryUse {
  readonly manifest: Manifest;
  /** When the manifest was written or last used, by the clock of the file system; milliseconds. */
  readonly changedAt: number;
}

class GarbageCollection {
  readonly #folder: CacheFolder;
  readonly #options: GcOptions;
  readonly #spareFrom: number;
  readonly #pacer: Pacer = createPacer();
  /** Key -> last use when it was read. */
  readonly #seen = new Map<ActionKey, number>();
  #freedBytes = 0;
  #removedBlobs = 0;

  constructor(folder: CacheFolder, options: GcOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#spareFrom = options.now - (options.graceMs ?? DEFAULT_GRACE_MS);
  }

  async run(): Promise<GcReport> {
    const { limits, now } = this.#options;
    if (this.#folder.disk.lstat(this.#folder.root) === undefined) return this.#report([], 0);
    noteGc(this.#folder, now);
    const entries = await this.#readEntries();
    const chosen = chooseEvictions(entries, limits, now);
    const evicted = new Set(entries.filter((entry) => chosen.has(entry.key) && this.#evict(entry)));
    const live = entries.filter((entry) => !evicted.has(entry));
    const keptBytes = await this.#sweepBlobs(live, evicted);
    this.#sweepOld('tmp', this.#spareFrom);
    this.#sweepOld('quarantine', now - ASIDE_MS);
    this.#sweepOld('arrivals', now - ARRIVALS_MS);
    this.#sweepMarks(live);
    this.#sweepLists();
    return this.#report(live, keptBytes);
  }

  #report(live: readonly LiveEntry[], keptBytes: number): GcReport {
    return {
      evictedEntries: this.#seen.size - live.length,
      removedBlobs: this.#removedBlobs,
      freedBytes: this.#freedBytes,
      keptEntries: live.length,
      keptBytes: keptBytes + live.reduce((sum, entry) => sum + entry.ownBytes, 0),
    };
  }

  async #readEntries(): Promise<readonly LiveEntry[]> {
    const entries: LiveEntry[] = [];
    for (const file of scanActions(this.#folder)) {
      const entry = this.#readEntry(file);
      if (entry !== undefined) entries.push(entry);
      await this.#pacer.turn();
    }
    return entries;
  }

  /** Undefined for one that is gone or could not be trusted (then it has been set aside). */
  #readEntry({ key, stats }: ActionFile): LiveEntry | undefined {
    const read = readManifest(this.#folder, key);
    if (!read.ok || read.value === undefined) return undefined;
    if (read.value === OTHER_VERSION) {
      // Nobody here knows which blobs it needs.
      setAside(this.#folder, this.#folder.actionPath(key));
      return undefined;
    }
    const { manifest, digest } = read.value;
    const path = this.#folder.actionPath(key);
    const usedAt = putUseRight(this.#folder, { path, usedAt: read.value.usedAt }, this.#options.now);
    this.#seen.set(key, usedAt);
    const blobs = listEntryBlobs(this.#folder, manifest, digest);
    return { key, manifest, usedAt, changedAt: stats.ctimeMs, ownBytes: stats.size, blobs };
  }

  /** False when it was used or replaced since it was read: then it stays. */
  #evict({ key, usedAt, ownBytes }: LiveEntry): boolean {
    const { disk } = this.#folder;
    const path = this.#folder.actionPath(key);
    const stats = disk.lstat(path);
    if (stats !== undefined && stats.mtimeMs !== usedAt) return false;
    if (stats !== undefined) this.#unlink(path);
    this.#unlink(chunkListPath(this.#folder, key));
    this.#freedBytes += ownBytes;
    return true;
  }

  /** Removes blobs that nothing names; returns the bytes of the others. */
  async #sweepBlobs(entries: readonly LiveEntry[], evicted: ReadonlySet<LiveEntry>): Promise<number> {
    const { disk, root } = this.#folder;
    const live = new Set(entries.flatMap(({ blobs }) => blobs.map(({ hash }) => hash)));
    const freedFrom = listFreed(evicted);
    const trash = this.#folder.freshPath('trash');
    let keptBytes = 0;
    for (const { hash, path, stats } of scanBlobs(this.#folder)) {
      const isYoung = stats.ctimeMs >= this.#spareFrom && stats.ctimeMs > (freedFrom.get(hash) ?? 0);
      if (live.has(hash) || isYoung) keptBytes += stats.size;
      else this.#move(path, join(trash, basename(path)));
      await this.#pacer.turn();
    }
    const needed = new Set([...live, ...(await this.#listNewlyNamed())]);
    for (const bin of scanDirectories(disk, join(root, 'trash'))) {
      for (const { name, path, stats } of scanFiles(disk, bin)) {
        const hash = name.slice(0, 64);
        if (!isSha256(hash)) continue;
        // Another gc may have moved it a moment ago and still be looking whether it is needed.
        if (needed.has(hash)) this.#putBack(path, name);
        else if (bin === trash || stats.ctimeMs < this.#spareFrom) this.#discard(path, stats.size);
        await this.#pacer.turn();
      }
      this.#removeIfEmpty(bin);
    }
    return keptBytes;
  }

  /** Blobs of manifests that appeared or were replaced since the entries were read. */
  async #listNewlyNamed(): Promise<readonly string[]> {
    const named: string[] = [];
    for (const file of scanActions(this.#folder)) {
      if (this.#seen.get(file.key) === file.stats.mtimeMs) continue;
      const read = readManifest(this.#folder, file.key);
      if (read.ok && read.value !== undefined && read.value !== OTHER_VERSION) {
        const { manifest, digest } = read.value;
        for (const { hash } of listEntryBlobs(this.#folder, manifest, digest)) named.push(hash);
      }
      await this.#pacer.turn();
    }
    return named;
  }

  #putBack(path: string, name: string): void {
    const hash = name.slice(0, 64) as Parameters<CacheFolder['blobPath']>[0];
    const target = this.#folder.blobPath(hash, name.endsWith('-x'));
    if (this.#folder.disk.lstat(target) === undefined) this.#move(path, target);
    else this.#unlink(path);
  }

  #discard(path: string, size: number): void {
    this.#unlink(path);
    this.#removedBlobs++;
    this.#freedBytes += size;
  }

  #sweepOld(area: 'tmp' | 'quarantine' | 'arrivals', before: number): void {
    for (const { name, path, stats } of scanFiles(this.#folder.disk, join(this.#folder.root, area))) {
      // By name too: the folder that it is in may be a link. The change time: a temp blob has the modification time of blobs.
      if (isFreshName(name) && stats.ctimeMs < before) this.#discardQuietly(path, stats.size);
    }
  }

  #discardQuietly(path: string, size: number): void {
    this.#unlink(path);
    this.#freedBytes += size;
  }

  /** Puts the index of tasks right. */
  #sweepMarks(live: readonly LiveEntry[]): void {
    const { disk, root } = this.#folder;
    for (const { manifest } of live) addMark(this.#folder, manifest);
    for (const fanOut of scanDirectories(disk, join(root, 'tasks'))) {
      for (const task of scanDirectories(disk, fanOut)) {
        for (const { name, path } of scanFiles(disk, task)) {
          const mark = parseMark(name);
          // The manifest comes first, so a mark without one is of an entry that is gone.
          if (mark === undefined || disk.lstat(this.#folder.actionPath(mark.key)) === undefined) this.#unlink(path);
        }
        this.#removeIfEmpty(task);
      }
    }
  }

  /** Chunk lists whose manifest is gone, or never came. */
  #sweepLists(): void {
    const { disk, root } = this.#folder;
    for (const fanOut of scanDirectories(disk, join(root, 'actions')))
      for (const { path, stats } of scanFiles(disk, fanOut))
        if (path.endsWith('.chunks') && stats.ctimeMs < this.#spareFrom)
          if (disk.lstat(path.replace(/chunks$/, 'json')) === undefined) this.#unlink(path);
  }

  #move(from: string, to: string): void {
    tolerate(() => inDirectoryOf(this.#folder, to, () => this.#folder.disk.rename(from, to)), ['ENOENT']);
  }

  #unlink(path: string): void {
    tolerate(() => this.#folder.disk.unlink(path), ['ENOENT']);
  }

  #removeIfEmpty(path: string): void {
    tolerate(() => this.#folder.disk.removeDirectory(path), ['ENOENT', 'ENOTEMPTY', 'EEXIST']);
  }
}

/** Blob -> when the last evicted entry that named it changed: a blob that is not younger was stored for that entry. */
function listFreed(evicted: ReadonlySet<LiveEntry>): ReadonlyMap<string, number> {
  const freed = new Map<string, number>();
  for (const { blobs, changedAt } of evicted) {
    for (const { hash } of blobs) freed.set(hash, Math.max(freed.get(hash) ?? 0, changedAt));
  }
  return freed;
}

function tolerate(operation: () => void, codes: readonly string[]): void {
  try {
    operation();
  } catch (error) {
    if (!codes.includes(errorCode(error) ?? '')) throw error;
  }
}
