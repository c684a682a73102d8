import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  createFileEntryStore,
  createFileStreamBlobStore,
  keepBodies,
  nodeDisk,
  openCacheFolder,
  type EntryStore,
  type StreamBlobStore,
} from '@tr/store';
import type { S3Location, S3Stores } from '@tr/store-s3';
import { openTokenFile } from '../auth/token-file.js';
import { toTokenStore, type TokenStore } from '../auth/token-store.js';
import { loadBlake3 } from './load-blake3.js';
import type { ServeRequest } from './serve-request.js';
import { UsageError } from './usage-error.js';
import { watchDirectory } from './watch-directory.js';

/** Where everything lies, opened. */
export interface ServerStore {
  readonly entries: EntryStore;
  readonly blobs: StreamBlobStore;
  readonly tokens: TokenStore;
  /** False when the directory is another one than it was at first. Left out: there is no directory. */
  readonly isInPlace?: () => Promise<boolean>;
  /** Milliseconds since the epoch, by the clock that its times are of. */
  readonly now: () => number;
  /** Of a bucket. */
  readonly bucket: { readonly location: S3Location; readonly stores: S3Stores } | undefined;
  close(): void;
}

/** Opens the store of a request. Nothing is asked of it yet. Throws a usage error for a URL that cannot be. */
export async function openServerStore(
  { store, tokensFile, hotBytes }: ServeRequest,
  now: () => number,
): Promise<ServerStore> {
  switch (store.kind) {
    case 'directory': {
      const folder = openCacheFolder({ directory: store.directory, disk: nodeDisk });
      refuseLocalCache(folder.root, store.directory);
      return {
        entries: createFileEntryStore(folder, { now }),
        blobs: createFileStreamBlobStore(folder, {
          beginBlake3: await loadBlake3(),
          keep: keepBodies({ bytes: hotBytes, now }),
        }),
        tokens: toTokenStore(openTokenFile(tokensFile ?? join(store.directory, 'tokens.json'))),
        isInPlace: watchDirectory(store.directory),
        now,
        bucket: undefined,
        close: () => undefined,
      };
    }
    case 'bucket': {
      // The SDK is large, and most servers never need it.
      const { openBucketStore } = await import('./open-bucket-store.js');
      return openBucketStore(store.url, { tokensFile, now });
    }
  }
}

/**
 * `TR_CACHE_DIR` is the directory of a local cache to `tr`, and that of the store to the server: where both get it, the server would
 * evict blobs that no entry of its own names.
 */
function refuseLocalCache(root: string, directory: string): void {
  const has = (name: string): boolean => existsSync(join(root, name));
  if (has('actions') && !has('entries'))
    throw new UsageError(
      `${directory} is the local cache of a \`tr run\`, which TR_CACHE_DIR names too: give the server another directory with --dir.`,
    );
}
