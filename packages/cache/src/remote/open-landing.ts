import { randomBytes } from 'node:crypto';
import { removeTree } from '@tr/artifact';
import {
  createFileActionStore,
  createFileStreamBlobStore,
  openCacheFolder,
  type ActionStore,
  type CacheFolder,
  type Disk,
  type StreamBlobStore,
} from '@tr/store';
import { ChunkIndex } from './chunk-index.js';
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
  readonly folder: CacheFolder;
  readonly actions: ActionStore;
  readonly isWritable: boolean;
  readonly stateDirectory: string;
  readonly disk: Disk;
  readonly noteAdded: (bytes: number) => void;
  readonly now: () => number;
}): OpenLanding {
  const { folder, actions, disk } = options;
  if (options.isWritable) {
    const blobs = countAdded(createFileStreamBlobStore(folder), options.noteAdded);
    const chunks = new ChunkIndex(disk, `${options.stateDirectory}/state/v1/chunks`);
    return { stores: { blobs, actions, chunks }, dispose: () => undefined };
  }
  const directory = `${options.stateDirectory}/tmp/restore-remote-${randomBytes(9).toString('hex')}`;
  const own = openCacheFolder({ directory, disk });
  const stores = {
    blobs: createFileStreamBlobStore(own),
    actions: createFileActionStore(own, options),
    chunks: undefined,
  };
  return { stores, dispose: () => removeTree(disk, directory) };
}

function countAdded(store: StreamBlobStore, noteAdded: (bytes: number) => void): StreamBlobStore {
  const count = <T extends Awaited<ReturnType<StreamBlobStore['putStream']>>>(put: T): T => {
    if (put.ok && put.value?.added === true) noteAdded(put.value.digest.size);
    return put;
  };
  return {
    ...store,
    putBytes: async (bytes) => count(await store.putBytes(bytes)),
    putStream: async (source, accept) => count(await store.putStream(source, accept)),
  };
}
