import { join } from 'node:path';
import { compareStrings, fail, type TaskId } from '@tr/model';
import { listEntryBlobs } from '../file/chunk-lists.js';
import { OTHER_VERSION, readManifest } from '../file/file-action-store.js';
import type { CacheFolder } from '../folder/cache-folder.js';
import { createPacer } from '../pacer.js';
import { attemptAsync, type StoreResult } from '../trouble.js';
import { scanActions, scanBlobs, scanFiles } from './scan-folder.js';

/** What a cache holds. Bytes are sizes of files. */
export interface CacheStatus {
  /** Absolute native path of the folder. */
  readonly path: string;
  readonly entries: number;
  readonly blobs: number;
  readonly bytes: number;
  /** Largest first. */
  readonly tasks: readonly TaskUsage[];
  /** Bad bytes that were set aside, and files that a killed process left; gc removes them in time. */
  readonly quarantinedFiles: number;
  readonly tempFiles: number;
  /** Start of the last gc, milliseconds since the epoch; undefined = never. */
  readonly lastGcAt: number | undefined;
}

/** What the entries of one task hold. */
export interface TaskUsage {
  readonly task: TaskId;
  readonly entries: number;
  /** Of the blobs of its entries, each counted once; other tasks may share them. */
  readonly bytes: number;
  /** Last use of any entry, milliseconds since the epoch. */
  readonly usedAt: number;
}

/** Counts everything; reads manifests, not blobs. */
export async function readCacheStatus(folder: CacheFolder): Promise<StoreResult<CacheStatus>> {
  const refusal = folder.check();
  if (refusal !== undefined) return fail(refusal);
  return await attemptAsync(folder.root, async () => {
    const { disk, root } = folder;
    const pacer = createPacer();
    const usage = new Map<TaskId, { entries: number; usedAt: number; readonly blobs: Map<string, number> }>();
    let entries = 0;
    let bytes = 0;
    for (const { key, stats } of scanActions(folder)) {
      const read = readManifest(folder, key);
      if (read.ok && read.value !== undefined && read.value !== OTHER_VERSION) {
        const { manifest, digest, usedAt } = read.value;
        const own = usage.get(manifest.task) ?? { entries: 0, usedAt: 0, blobs: new Map<string, number>() };
        usage.set(manifest.task, own);
        own.entries++;
        own.usedAt = Math.max(own.usedAt, usedAt);
        for (const { hash, size } of listEntryBlobs(folder, manifest, digest)) own.blobs.set(hash, size);
        entries++;
        bytes += stats.size;
      }
      await pacer.turn();
    }
    let blobs = 0;
    for (const { stats } of scanBlobs(folder)) {
      blobs++;
      bytes += stats.size;
      await pacer.turn();
    }
    const tasks = [...usage].map(([task, own]) => ({
      task,
      entries: own.entries,
      usedAt: own.usedAt,
      bytes: [...own.blobs.values()].reduce((sum, size) => sum + size, 0),
    }));
    return {
      path: root,
      entries,
      blobs,
      bytes,
      tasks: tasks.sort((a, b) => b.bytes - a.bytes || compareStrings(a.task, b.task)),
      quarantinedFiles: [...scanFiles(disk, join(root, 'quarantine'))].length,
      tempFiles: [...scanFiles(disk, join(root, 'tmp'))].length,
      lastGcAt: disk.lstat(join(root, 'last-gc'))?.mtimeMs,
    };
  });
}
