import { openOutputRecords, openStagingArea } from '@tr/artifact';
import {
  createFileActionStore,
  createFileChunkLists,
  createFileStreamBlobStore,
  isGcDue,
  nodeDisk,
  noteWritten,
  openCacheFolder,
  type ActionStore,
  type CacheLimits,
  type Disk,
  type GcReport,
} from '@tr/store';
import { createEntryFinder, type EntryFinder } from './entry-finder.js';
import { openLanding } from './remote/open-landing.js';
import { settleArrivals } from './remote/settle-arrivals.js';
import type { OpenRemoteTier } from './remote/remote-tier.js';
import type { ExplainMiss } from './stored-fingerprints.js';
import { StoredTaskCache } from './task-cache.js';
import type { LocalTier, TierPolicy } from './tier.js';
import { createTroubleLog, type WarningSink } from './trouble-log.js';

/** Older temporary files are those of killed processes, milliseconds. */
const LEFTOVER_AGE_MS = 60 * 60 * 1000;

/** Where things lie and what may be done. All paths are absolute. */
export interface LocalCacheOptions {
  /** The cache directory, shared by worktrees. */
  readonly directory: string;
  /** Workspace root. */
  readonly root: string;
  /** `.tr` of this work tree: records below `state/v1/outputs`, temporary trees below `tmp`. */
  readonly stateDirectory: string;
  readonly policy: TierPolicy;
  /** Version of `tr`. */
  readonly producer: string;
  readonly now: () => number;
  /** Told once for each kind of trouble, and what is to be known about single tasks. */
  readonly warn: WarningSink;
  readonly explain?: ExplainMiss;
  /** What is shared with other machines; undefined = nothing. */
  readonly remote?: OpenRemoteTier | undefined;
  /** The real disk unless a test says otherwise. */
  readonly disk?: Disk;
}

/** The local cache of one run. */
export interface LocalCache {
  readonly tasks: StoredTaskCache;
  readonly entries: EntryFinder;
  readonly local: LocalTier;
  /**
   * Sends what waits to be shared, within its limits and until `interrupt` fires, which is made only if there may be something; before
   * `finish`. Never rejects.
   */
  finishRemote(interrupt: () => AbortSignal): Promise<void>;
  /** At the end of a run: keeps the cache within its limits when that is due. Undefined = it was not. Never rejects. */
  finish(limits: CacheLimits): Promise<GcReport | undefined>;
}

/** Opens the cache of one machine. Touches nothing until it is used. */
export function openLocalCache(options: LocalCacheOptions): LocalCache {
  const { disk = nodeDisk, root, stateDirectory, policy } = options;
  const folder = openCacheFolder({ directory: options.directory, disk });
  const place = {
    disk,
    root,
    staging: openStagingArea(disk, `${stateDirectory}/tmp`, root),
    records: openOutputRecords(disk, `${stateDirectory}/state/v1/outputs`),
  };
  const trouble = createTroubleLog(options.warn);
  let written = 0;
  const noteAdded = (bytes: number): void => void (written += bytes);
  const blobs = createFileStreamBlobStore(folder, { onAdded: noteAdded });
  const stored = createFileActionStore(folder, options);
  const settle = async (): Promise<void> => {
    const failure = await settleArrivals({ folder, blobs, actions: stored });
    if (failure !== undefined) trouble.note(failure);
  };
  const actions = policy.write ? withArrivals(stored, settle) : stored;
  const local: LocalTier = { blobs, actions, lists: createFileChunkLists(folder), policy };
  const landing = openLanding({
    folder,
    local,
    isWritable: policy.write,
    stateDirectory,
    disk,
    now: options.now,
  });
  const remote = options.remote?.(landing.stores);
  return {
    tasks: new StoredTaskCache({ ...options, place, local, trouble, remote }),
    entries: createEntryFinder(local, remote),
    local,
    finishRemote: async (interrupt) => {
      await remote?.finish(interrupt());
      const kept = landing.stores.arrivals?.commit();
      if (kept?.ok === false) trouble.note(kept.failure);
      // Where nothing is read no later run would ask first, and files would be left without end.
      if (policy.write && !policy.read) await settle();
      landing.dispose();
    },
    finish: async (limits) => {
      place.staging.dispose(options.now());
      place.records.sweep(options.now() - LEFTOVER_AGE_MS);
      if (!policy.write) return undefined;
      noteWritten(folder, written, options.now());
      written = 0;
      if (!isGcDue(folder, limits, options.now())) return undefined;
      const { collectGarbage } = await import('./collect-garbage.js');
      const report = await collectGarbage(folder, { limits, now: options.now() });
      if (!report.ok) trouble.note(report.failure);
      return report.ok ? report.value : undefined;
    },
  };
}

/** Before the first question what earlier runs have left is put in place. */
function withArrivals(actions: ActionStore, settle: () => Promise<void>): ActionStore {
  let settling: Promise<void> | undefined;
  let isSettled = false;
  const settled = (): Promise<void> => (settling ??= settle().then(() => void (isSettled = true)));
  return {
    ...actions,
    get: (key) => (isSettled ? actions.get(key) : settled().then(() => actions.get(key))),
    listByTask: (task, limit) =>
      isSettled ? actions.listByTask(task, limit) : settled().then(() => actions.listByTask(task, limit)),
  };
}
