import { join } from 'node:path';
import { createRunningDigest, type RunningDigest } from '@tr/hash';
import { errorCode, fail, ok } from '@tr/model';
import { blobTime, CHUNK_BYTES } from '../file/blob-file.js';
import { createFileBlobStore, type FileBlobStoreOptions } from '../file/file-blob-store.js';
import type { CacheFolder } from '../folder/cache-folder.js';
import { ASIDE_MS } from '../folder/quarantine.js';
import { commitTemp, dropTemp, openTemp } from '../folder/write-file.js';
import { createPacer, SERVING_BUDGET_MS } from '../pacer.js';
import { attempt, attemptAsync, toStoreFailure, type StoreResult } from '../trouble.js';
import { scanBodies, scanFiles } from '../upkeep/scan-folder.js';
import { BatchWriter } from './batch-writer.js';
import { DirectWrites, takesDirectWrites } from './direct-writes.js';
import type { BodyDigest, BodyHash } from '../body-store.js';
import type { ByteRange, StreamBlobStore } from './entry-store.js';
import type { OpenKeptBodies } from './kept-bodies.js';

/** Read-only: nobody may change a blob. */
const BLOB_MODE = 0o444;
/** How many blobs this process remembers as verified. */
const MAX_REMEMBERED = 200_000;

/** What such a store may be given. */
export interface StreamBlobStoreOptions extends FileBlobStoreOptions {
  /** What it keeps in memory. Left out: nothing. */
  readonly keep?: OpenKeptBodies | undefined;
}

/** Blobs as files of a cache folder, in and out as streams. Bodies are named by BLAKE3 where that is given. */
export function createFileStreamBlobStore(folder: CacheFolder, options: StreamBlobStoreOptions = {}): StreamBlobStore {
  const { disk } = folder;
  const { onAdded, beginBlake3, keep } = options;
  const base = createFileBlobStore(folder, options);
  /** Blob -> change time of its file when all of it was last verified. */
  const verified = new Map<string, number>();
  const changeTime = (digest: BodyDigest): number | undefined => {
    const stats = disk.lstat(folder.blobPath(digest.hash));
    return stats?.isFile() === true && stats.size === digest.size ? stats.ctimeMs : undefined;
  };
  const direct = new DirectWrites(() => takesDirectWrites(folder));
  const kept = keep?.(folder, ({ hash }, { ctimeMs }) => verified.get(hash) === ctimeMs);
  const remember = (digest: BodyDigest, time: number): void => {
    if (verified.size >= MAX_REMEMBERED) verified.clear();
    verified.set(digest.hash, time);
  };
  const put = async <Named extends BodyDigest>(
    source: AsyncIterable<Uint8Array>,
    { running, accept, release }: Reception<Named>,
  ): Promise<StoreResult<{ readonly digest: Named; readonly added: boolean } | undefined>> => {
    const refusal = folder.check();
    if (refusal !== undefined) return fail(refusal);
    const received = await receive(folder, source, { running, release, direct });
    if (!received.ok) return received;
    const { temp, digest } = received.value;
    if (!accept(digest)) {
      dropTemp(folder, temp);
      return ok(undefined);
    }
    return attempt(folder.blobPath(digest.hash), () => {
      const added = place(folder, temp, digest);
      // What was there before was not read just now.
      const time = added ? changeTime(digest) : undefined;
      if (time !== undefined) remember(digest, time);
      if (added) onAdded?.(digest.size);
      return { digest, added };
    });
  };

  return {
    ...base,

    async putStream(source, accept = () => true, release) {
      return await put(source, { running: createRunningDigest(), accept, release });
    },

    async putBody(source, accept = () => true, release) {
      return await put<BodyDigest>(source, { running: (beginBlake3 ?? createRunningDigest)(), accept, release });
    },

    async putBytes(bytes, known) {
      const put = await base.putBytes(bytes, known);
      if (!put.ok || !put.value.added) return put;
      const { digest } = put.value;
      const time = attempt(folder.root, () => changeTime(digest));
      if (time.ok && time.value !== undefined) remember(digest, time.value);
      return put;
    },

    async readRange(digest, range, sink, buffer) {
      const path = folder.blobPath(digest.hash);
      const time = attempt(path, () => changeTime(digest));
      if (!time.ok) return time;
      if (time.value === undefined) return await base.read(digest, () => {});
      const isWhole = range.start === 0 && range.end >= digest.size - 1;
      if (verified.get(digest.hash) !== time.value) {
        const read = await base.read(digest, isWhole ? sink : () => {});
        if (!read.ok) return read;
        remember(digest, time.value);
        if (isWhole) return read;
      }
      return await readPart(folder, { path, range, sink, buffer });
    },

    hold: (digest) => kept?.hold(digest),

    async scanBlobs(visit) {
      return await attemptAsync(folder.root, async () => {
        const pacer = createPacer(SERVING_BUDGET_MS);
        for (const { hash, stats } of scanBodies(folder)) {
          visit({ digest: { hash, size: stats.size }, youngAt: stats.ctimeMs });
          await pacer.turn();
        }
        return undefined;
      });
    },

    async sweepUnfinished(before) {
      return attempt(folder.root, () => {
        for (const { path, stats } of scanFiles(disk, join(folder.root, 'tmp')))
          if (stats.ctimeMs < before) dropTemp(folder, path);
        for (const { path, stats } of scanFiles(disk, join(folder.root, 'quarantine')))
          if (stats.ctimeMs < before - ASIDE_MS) dropTemp(folder, path);
        return undefined;
      });
    },

    async deleteBlob(hash, youngAt) {
      const path = folder.blobPath(hash);
      return attempt(path, () => {
        const stats = disk.lstat(path);
        if (stats !== undefined && stats.ctimeMs > youngAt) return false;
        verified.delete(hash);
        kept?.forget(hash);
        dropTemp(folder, path);
        return true;
      });
    },
  };
}

/** How a stream is taken in. */
interface Reception<Named extends BodyDigest> {
  /** Makes its name. */
  readonly running: RunningDigest<Named>;
  readonly accept: (digest: Named) => boolean;
  readonly release: ((chunk: Uint8Array) => void) | undefined;
}

/** Writes a stream to a temp file. Trouble of the disk is a failure; what the source throws is thrown on. */
async function receive<Named extends BodyDigest>(
  folder: CacheFolder,
  source: AsyncIterable<Uint8Array>,
  { running, release, direct }: Omit<Reception<Named>, 'accept'> & { readonly direct: DirectWrites },
): Promise<StoreResult<{ temp: string; digest: Named }>> {
  const { disk } = folder;
  const writer = new BatchWriter({
    disk,
    open: (how) => openTemp(folder, BLOB_MODE, how),
    hash: (bytes) => running.update(bytes),
    direct,
  });
  let stored: { temp: string; digest: Named } | undefined;
  try {
    for await (const chunk of source) {
      const added = writer.add(chunk);
      const failure = added instanceof Promise ? ((await added) as unknown) : added;
      if (failure !== undefined) return fail(toStoreFailure(failure, folder.root));
      release?.(chunk);
    }
    const { trouble, temp } = await writer.finish();
    if (temp === undefined) return fail(toStoreFailure(trouble, folder.root));
    const digest = running.finish();
    const timed = attempt(temp.path, () => disk.setTime(temp.file, blobTime(digest.hash)));
    if (!timed.ok) return timed;
    stored = { temp: temp.path, digest };
    return ok(stored);
  } finally {
    const temp = await writer.dispose();
    if (temp !== undefined) disk.close(temp.file);
    if (temp !== undefined && stored === undefined) dropTemp(folder, temp.path);
  }
}

/** Moves a received blob to its place; false when it was there already, and is young again. Throws errors of the disk. */
function place(folder: CacheFolder, temp: string, digest: BodyDigest): boolean {
  const { disk } = folder;
  const path = folder.blobPath(digest.hash);
  const stats = disk.lstat(path);
  if (stats?.isFile() === true && stats.size === digest.size && refresh(folder, digest.hash)) {
    dropTemp(folder, temp);
    return false;
  }
  try {
    commitTemp(folder, temp, path);
    return true;
  } catch (error) {
    dropTemp(folder, temp);
    throw error;
  }
}

function refresh(folder: CacheFolder, hash: BodyHash): boolean {
  try {
    folder.disk.touch(folder.blobPath(hash), blobTime(hash));
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

async function readPart(
  folder: CacheFolder,
  options: {
    readonly path: string;
    readonly range: ByteRange;
    readonly sink: (chunk: Uint8Array) => void | Promise<void>;
    readonly buffer: Uint8Array | undefined;
  },
): Promise<StoreResult<undefined>> {
  const { path, range, sink, buffer } = options;
  const step = buffer?.length ?? CHUNK_BYTES;
  const opened = attempt(path, () => folder.disk.open(path, 'read'));
  if (!opened.ok) return opened;
  const file = opened.value;
  try {
    const pacer = createPacer(SERVING_BUDGET_MS);
    for (let at = range.start; at <= range.end; at += step) {
      const length = Math.min(step, range.end - at + 1);
      const chunk = buffer?.subarray(0, length) ?? Buffer.allocUnsafe(length);
      const count = attempt(path, () => folder.disk.readAt(file, chunk, at));
      if (!count.ok) return count;
      if (count.value < length) return fail({ code: 'store/io', path, detail: 'EOF' });
      await sink(chunk);
      if (at + step <= range.end) await pacer.turn();
    }
    return ok(undefined);
  } finally {
    folder.disk.close(file);
  }
}
