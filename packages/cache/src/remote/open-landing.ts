import { removeTree } from '@tr/artifact';
import {
  Arrivals,
  createFileActionStore,
  createFileChunkLists,
  createFileStreamBlobStore,
  openCacheFolder,
  type CacheFolder,
  type Disk,
} from '@tr/store';
import { uniqueDigits } from '@tr/quick';
import type { Home } from '../tier.js';
import { ChunkIndex } from './chunk-index.js';
import { RefusedEntries } from './refused-entries.js';
import type { Landing } from './remote-tier.js';

/** Where what comes from or goes to other machines lies on this one. */
export interface OpenLanding {
  readonly stores: Landing;
  /** Removes what was for this run only. */
  dispose(): void;
}

/**
 * The local tier when it may be written, so that it is warm next time; else a folder for this run. The name begins like
 * those of staged trees, so that what a killed process left is swept with them.
 */
export function openLanding(options: {
  /** The local cache. */
  readonly folder: CacheFolder;
  /** Its stores. */
  readonly local: Home;
  readonly isWritable: boolean;
  readonly stateDirectory: string;
  readonly disk: Disk;
  readonly now: () => number;
}): OpenLanding {
  const { local, disk } = options;
  const state = `${options.stateDirectory}/state/v1`;
  const refused = new RefusedEntries(disk, `${state}/refused`);
  if (options.isWritable) {
    const chunks = new ChunkIndex(disk, `${state}/chunks`);
    return { stores: { ...local, chunks, refused, arrivals: new Arrivals(options.folder) }, dispose: () => undefined };
  }
  const directory = `${options.stateDirectory}/tmp/restore-remote-${uniqueDigits(18)}`;
  const own = openCacheFolder({ directory, disk });
  const stores = {
    blobs: createFileStreamBlobStore(own),
    actions: createFileActionStore(own, options),
    lists: createFileChunkLists(own),
    refused,
    chunks: undefined,
    arrivals: undefined,
  };
  return { stores, dispose: () => removeTree(disk, directory) };
}
