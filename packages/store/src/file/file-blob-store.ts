import { createRunningDigest, digestOf, isSameDigest, type RunningDigest } from '@tr/hash';
import { errorCode, fail, ok, type Digest, type StoreFailure } from '@tr/model';
import { isBlake3, type BeginBlake3, type BodyDigest, type BodyStore } from '../body-store.js';
import type { ContentBuffer } from '../content-buffer.js';
import type { CacheFolder } from '../folder/cache-folder.js';
import { guarded } from '../folder/guarded.js';
import { setAside } from '../folder/quarantine.js';
import { commitTemp, dropTemp, openTemp, writeTemp } from '../folder/write-file.js';
import { createPacer } from '../pacer.js';
import type { StoredBlob } from '../ports.js';
import { attempt, attemptAsync, type StoreResult } from '../trouble.js';
import { blobTime, CHUNK_BYTES, executableTwin, isUntouched, openBlob, recheck, resetMode } from './blob-file.js';

/** Read-only: nobody may change a blob. */
const BLOB_MODE = 0o444;

/** What a store of files may be given. */
export interface FileBlobStoreOptions {
  /** Told the size of every blob that was new. */
  readonly onAdded?: (bytes: number) => void;
  /** Verifies bodies that are named by BLAKE3. Left out: they are missing. */
  readonly beginBlake3?: BeginBlake3 | undefined;
}

/** Blobs as files of a cache folder. */
export function createFileBlobStore(
  folder: CacheFolder,
  { onAdded = () => {}, beginBlake3 }: FileBlobStoreOptions = {},
): BodyStore {
  const { disk } = folder;
  const canVerify = ({ hash }: BodyDigest): boolean => beginBlake3 !== undefined || !isBlake3(hash);

  return {
    async findMissing(digests) {
      const isMissing = (digest: BodyDigest): boolean => !hasBlob(folder, digest) || !canVerify(digest);
      return guarded(folder, folder.root, () => ok(digests.filter(isMissing)));
    },

    async read(digest, sink, lent) {
      const refusal = folder.check();
      if (refusal !== undefined) return fail(refusal);
      if (!canVerify(digest)) return fail(missing(digest));
      const running = isBlake3(digest.hash) ? beginBlake3?.() : undefined;
      return await readVerified(folder, { digest, running: running ?? createRunningDigest(), lent }, sink);
    },

    async readBytes(digest, lent) {
      const path = folder.blobPath(digest.hash);
      return guarded(folder, path, () => {
        const file = canVerify(digest) ? openBlob(disk, path) : undefined;
        if (file === undefined) return fail(missing(digest));
        let bytes: Uint8Array;
        try {
          if (disk.fstat(file).size !== digest.size) return fail(refuse(folder, digest, 'another size'));
          const buffer = lent?.take(digest.size) ?? Buffer.allocUnsafe(digest.size);
          bytes = buffer.subarray(0, disk.read(file, buffer));
        } finally {
          disk.close(file);
        }
        const running = isBlake3(digest.hash) ? beginBlake3?.() : undefined;
        const found = running === undefined ? digestOf(bytes) : runOver(bytes, running);
        return isSameDigest(found, digest) ? ok(bytes) : fail(refuse(folder, digest, 'other content'));
      });
    },

    async putBytes(bytes, digest = digestOf(bytes)) {
      return guarded(folder, folder.blobPath(digest.hash), () => {
        if (refreshBlob(folder, digest)) return ok({ digest, added: false });
        const temp = writeTemp(folder, BLOB_MODE, (file) => {
          disk.write(file, bytes);
          disk.setTime(file, blobTime(digest.hash));
        });
        return ok(placeBlob(folder, { temp, digest, onAdded }));
      });
    },

    async putFile(path) {
      const refusal = folder.check();
      if (refusal !== undefined) return fail(refusal);
      const put = await attemptAsync(path, async () => {
        const copied = await copyToTemp(folder, path);
        if (refreshBlob(folder, copied.digest)) {
          dropTemp(folder, copied.temp);
          return { digest: copied.digest, added: false };
        }
        return placeBlob(folder, { ...copied, onAdded });
      });
      return put.ok ? put : fail(blameStore(put.failure, folder));
    },

    async localFile(digest, executable) {
      const path = folder.blobPath(digest.hash);
      return guarded(folder, path, () => {
        const stats = disk.lstat(path);
        if (stats === undefined) return fail(missing(digest));
        if (!isUntouched(stats, digest) && !recheck(folder, digest, path))
          return fail(refuse(folder, digest, 'a stored file was changed in place'));
        const file = executable ? executableTwin(folder, digest) : path;
        const { mode } = (executable ? disk.lstat(file) : undefined) ?? stats;
        return ok(resetMode(folder, file, { mode, executable }) ? file : undefined);
      });
    },
  };
}

/** Reading a file takes no room and no right to write: where that is the trouble, it is the store's. */
function blameStore(failure: StoreFailure, { root }: CacheFolder): StoreFailure {
  return failure.code === 'store/no-space' || failure.code === 'store/read-only' ? { ...failure, path: root } : failure;
}

function hasBlob(folder: CacheFolder, digest: BodyDigest): boolean {
  const stats = folder.disk.lstat(folder.blobPath(digest.hash));
  return stats !== undefined && stats.isFile() && stats.size === digest.size;
}

/**
 * True when the blob is there; makes it young again, so that a gc that runs now spares it. One that was changed in place
 * is set aside first: with its old time it would pass for untouched.
 */
function refreshBlob(folder: CacheFolder, digest: Digest): boolean {
  const path = folder.blobPath(digest.hash);
  const stats = folder.disk.lstat(path);
  if (stats?.isFile() !== true || stats.size !== digest.size) return false;
  if (!isUntouched(stats, digest) && !recheck(folder, digest, path)) {
    setAside(folder, path);
    return false;
  }
  try {
    folder.disk.touch(path, blobTime(digest.hash));
    return true;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    // Gone since, or a store that may only be read; the caller looks again after the manifest is written.
    return errorCode(error) !== 'ENOENT';
  }
}

function placeBlob(
  folder: CacheFolder,
  options: { readonly temp: string; readonly digest: Digest; readonly onAdded: (bytes: number) => void },
): StoredBlob {
  const { temp, digest } = options;
  try {
    commitTemp(folder, temp, folder.blobPath(digest.hash));
  } catch (error) {
    dropTemp(folder, temp);
    throw error;
  }
  options.onAdded(digest.size);
  return { digest, added: true };
}

async function copyToTemp(folder: CacheFolder, source: string): Promise<{ temp: string; digest: Digest }> {
  const { disk } = folder;
  const pacer = createPacer();
  const running = createRunningDigest();
  const input = disk.open(source, 'read');
  try {
    const temp = openTemp(folder, BLOB_MODE);
    let isOpen = true;
    try {
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
      for (let count = disk.read(input, buffer); count > 0; count = disk.read(input, buffer)) {
        const chunk = buffer.subarray(0, count);
        running.update(chunk);
        disk.write(temp.file, chunk);
        await pacer.turn();
      }
      const digest = running.finish();
      disk.setTime(temp.file, blobTime(digest.hash));
      isOpen = false;
      disk.close(temp.file);
      return { temp: temp.path, digest };
    } catch (error) {
      if (isOpen) disk.close(temp.file);
      dropTemp(folder, temp.path);
      throw error;
    }
  } finally {
    disk.close(input);
  }
}

async function readVerified(
  folder: CacheFolder,
  {
    digest,
    running,
    lent,
  }: {
    readonly digest: BodyDigest;
    readonly running: RunningDigest<BodyDigest>;
    readonly lent: ContentBuffer | undefined;
  },
  sink: (chunk: Uint8Array) => void | Promise<void>,
): Promise<StoreResult<undefined>> {
  const { disk } = folder;
  const path = folder.blobPath(digest.hash);
  const opened = attempt(path, () => openBlob(disk, path));
  if (!opened.ok) return opened;
  const file = opened.value;
  if (file === undefined) return fail(missing(digest));
  try {
    const pacer = createPacer();
    let left = digest.size;
    for (;;) {
      const size = Math.min(CHUNK_BYTES, digest.size + 1);
      const buffer = lent?.take(size) ?? Buffer.allocUnsafe(size);
      const count = attempt(path, () => disk.read(file, buffer));
      if (!count.ok) return count;
      if (count.value === 0) break;
      left -= count.value;
      if (left < 0) return fail(refuse(folder, digest, 'another size'));
      const chunk = buffer.subarray(0, count.value);
      running.update(chunk);
      await sink(chunk);
      await pacer.turn();
    }
    return isSameDigest(running.finish(), digest) ? ok(undefined) : fail(refuse(folder, digest, 'other content'));
  } finally {
    disk.close(file);
  }
}

function runOver(bytes: Uint8Array, running: RunningDigest<BodyDigest>): BodyDigest {
  running.update(bytes);
  return running.finish();
}

function missing(digest: BodyDigest): StoreFailure {
  return { code: 'store/missing', kind: 'blob', name: digest.hash };
}

function refuse(folder: CacheFolder, digest: BodyDigest, detail: string): StoreFailure {
  setAside(folder, folder.blobPath(digest.hash));
  return { code: 'store/corrupt', kind: 'blob', name: digest.hash, detail };
}
