/**
 * The two stores of the cache: blobs by digest (CAS) and manifests by action key.
 * Owns: both ports, their memory and filesystem versions, the folder layout, gc, verify and status.
 * Refuses: knowing what an output is, where it goes, or when a task is looked up.
 * Terms: a blob is whole or absent; a manifest is stored after its blobs; quarantine is where bad bytes go.
 */
export {
  toBlake3,
  type BeginBlake3,
  type Blake3Digest,
  type BodyDigest,
  type BodyHash,
  type BodyStore,
} from './body-store.js';
export {
  MAX_INLINE_BYTES,
  type ByteRange,
  type Entry,
  type EntryName,
  type EntryNamespace,
  type EntryPutOptions,
  type EntryStore,
  type EntryUsage,
  type ListedEntry,
  type HeldBody,
  type StreamBlobStore,
} from './entry-store/entry-store.js';
export {
  fromEntryBytes,
  isSameName,
  isSameWrite,
  MAX_ENTRY_BYTES,
  OTHER_ENTRY_VERSION,
  readEntryUse,
  toEntryBytes,
  withoutBody,
} from './entry-store/entry-bytes.js';
export { entryPath, keyDigest, namespacePath } from './entry-store/entry-path.js';
export { createFileEntryStore, type FileEntryStoreOptions } from './entry-store/file-entry-store.js';
export { RecentEntries } from './entry-store/recent-entries.js';
export { createFileStreamBlobStore } from './entry-store/file-stream-blob-store.js';
export { keepBodies } from './entry-store/kept-bodies.js';
export { nodeDisk, type Disk } from './disk.js';
export type { FileLook } from './file-look.js';
export { readOwnEntries, scanFiles, type FoundFile } from './upkeep/scan-folder.js';
export { isBlobTime } from './file/blob-file.js';
export {
  Arrivals,
  dropArrivals,
  listArrivals,
  MAX_ARRIVALS_BYTES,
  readArrivals,
  type Arrival,
} from './file/arrivals.js';
export {
  createFileChunkLists,
  listHeadBlobs,
  mayBeChunked,
  type ChunkList,
  type ChunkLists,
  type StoredChunk,
} from './file/chunk-lists.js';
export { createFileActionStore } from './file/file-action-store.js';
export { createFileBlobStore } from './file/file-blob-store.js';
export { ContentBuffer } from './content-buffer.js';
export { openCacheFolder, type CacheFolder } from './folder/cache-folder.js';
export { isRunning, markOwnProcess, parseProcessMark, type ProcessMark } from './process-mark.js';
export { sweepLockFiles, tryLockFile, type FileLock, type SeenLock } from './lock-file.js';
export { openEntryBlobs, type EntryBlobs } from './manifest/entry-blobs.js';
export { fromManifestBytes, listBlobs, toManifestBytes } from './manifest/manifest-bytes.js';
export { locatePacked, PackCutter, type PackedPlace } from './manifest/packed-files.js';
export { parseManifest, type ManifestFlaw } from './manifest/parse-manifest.js';
export { findLinkHazard, findPathHazard } from './manifest/safe-path.js';
export { createMemoryActionStore } from './memory/memory-action-store.js';
export { createMemoryBlobStore } from './memory/memory-blob-store.js';
export { createPacer, SERVING_BUDGET_MS, type Pacer } from './pacer.js';
export type { ActionStore, BlobStore, PutManifest, StoredBlob, StoredManifest } from './ports.js';
export { readWhole, type WholeFile } from './read-whole.js';
export { attempt, attemptAsync, toStoreFailure, troubleDetail, type StoreResult } from './trouble.js';
export { readCacheStatus, type CacheStatus, type TaskUsage } from './upkeep/cache-status.js';
export { chooseEvictions, type CacheLimits, type EntryUse } from './upkeep/choose-evictions.js';
export { collectGarbage, type GcOptions, type GcReport } from './upkeep/collect-garbage.js';
export { isGcDue, noteWritten } from './upkeep/gc-due.js';
export { verifyCache, type VerifyReport } from './upkeep/verify-cache.js';
