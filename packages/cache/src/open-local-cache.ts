import type { MissReason, TaskFingerprint } from '@tr/model';
import { openOutputRecords, type OutputPlace } from '@tr/artifact';
import {
  createFileActionStore,
  createFileBlobStore,
  nodeDisk,
  openCacheFolder,
  type CacheFolder,
  type Disk,
} from '@tr/store';
import type { StoredFingerprint } from './stored-fingerprints.js';
import { createTaskCache, type StoredTaskCache } from './task-cache.js';
import type { Tier, TierPolicy } from './tier.js';
import type { WarningSink } from './trouble-log.js';

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
  readonly warn: WarningSink;
  readonly explain?: (stored: readonly StoredFingerprint[], current: TaskFingerprint) => readonly MissReason[];
  /** The real disk unless a test says otherwise. */
  readonly disk?: Disk;
}

/** The local cache of one run. */
export interface LocalCache {
  readonly tasks: StoredTaskCache;
  readonly tiers: readonly Tier[];
  readonly folder: CacheFolder;
  readonly place: OutputPlace;
}

/** Opens the cache of one machine. Touches nothing until it is used. */
export function openLocalCache(options: LocalCacheOptions): LocalCache {
  const { disk = nodeDisk, root, stateDirectory, policy } = options;
  const folder = openCacheFolder({ directory: options.directory, disk });
  const place = {
    disk,
    root,
    stagingDirectory: `${stateDirectory}/tmp`,
    records: openOutputRecords(disk, `${stateDirectory}/state/v1/outputs`),
  };
  const blobs = createFileBlobStore(folder);
  const actions = createFileActionStore(folder, options);
  const tiers: readonly Tier[] = [{ name: 'local', blobs, actions, policy }];
  return { tasks: createTaskCache({ ...options, place, tiers }), tiers, folder, place };
}
