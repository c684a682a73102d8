import { chmodSync, writeFileSync } from 'node:fs';
import { sha256 } from '@tr/hash';
import type { ActionKey, Sha256 } from '@tr/model';
import {
  createFileActionStore,
  createFileBlobStore,
  createFileEntryStore,
  createFileStreamBlobStore,
  createMemoryActionStore,
  createMemoryBlobStore,
  nodeDisk,
  openCacheFolder,
} from '@tr/store';
import { describeActionStore } from './action-store.js';
import { describeBlobStore } from './blob-store.js';
import { describeEntryStore } from './entry-store.js';
import { createTempDirectory } from './temp-directory.js';

describeBlobStore('memory', () => {
  const blobs = new Map<string, Uint8Array>();
  return { store: createMemoryBlobStore(blobs), tamper: (hash, bytes) => void blobs.set(hash, bytes) };
});

describeActionStore('memory', () => {
  const manifests = new Map<ActionKey, Uint8Array>();
  return { store: createMemoryActionStore(manifests), tamper: (key, bytes) => void manifests.set(key, bytes) };
});

function overwrite(path: string, bytes: Uint8Array): void {
  chmodSync(path, 0o644);
  writeFileSync(path, bytes);
}

describeBlobStore('filesystem', () => {
  const directory = createTempDirectory();
  const folder = openCacheFolder({ directory: directory.path, disk: nodeDisk });
  const tamper = (hash: string, bytes: Uint8Array): void => overwrite(folder.blobPath(hash as Sha256), bytes);
  return { store: createFileBlobStore(folder), tamper, dispose: () => directory.dispose() };
});

describeActionStore('filesystem', () => {
  const directory = createTempDirectory();
  const folder = openCacheFolder({ directory: directory.path, disk: nodeDisk });
  // By somebody who knows the format: that single bytes went bad, the store tests.
  const tamper = (key: ActionKey, bytes: Uint8Array): void =>
    overwrite(folder.actionPath(key), Buffer.concat([bytes, Buffer.from(`${sha256(bytes)}\n`)]));
  return {
    store: createFileActionStore(folder, { now: () => Date.now() }),
    tamper,
    dispose: () => directory.dispose(),
  };
});

describeBlobStore('filesystem, streams', () => {
  const directory = createTempDirectory();
  const folder = openCacheFolder({ directory: directory.path, disk: nodeDisk });
  const tamper = (hash: string, bytes: Uint8Array): void => overwrite(folder.blobPath(hash as Sha256), bytes);
  return { store: createFileStreamBlobStore(folder), tamper, dispose: () => directory.dispose() };
});

describeEntryStore('filesystem', () => {
  const directory = createTempDirectory();
  const folder = openCacheFolder({ directory: directory.path, disk: nodeDisk });
  return { store: createFileEntryStore(folder, { now: () => Date.now() }), dispose: () => directory.dispose() };
});
