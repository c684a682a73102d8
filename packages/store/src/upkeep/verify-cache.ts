import { createRunningDigest, sha256 } from '@tr/hash';
import { fail, type ActionKey, type Digest, type Manifest, type Sha256 } from '@tr/model';
import { CHUNK_BYTES } from '../file/blob-file.js';
import { listEntryBlobs } from '../file/chunk-lists.js';
import { OTHER_VERSION, readManifest } from '../file/file-action-store.js';
import type { CacheFolder } from '../folder/cache-folder.js';
import { setAside } from '../folder/quarantine.js';
import { locatePacked, MAX_PACK_BYTES } from '../manifest/packed-files.js';
import { createPacer, type Pacer } from '../pacer.js';
import { readWhole } from '../read-whole.js';
import { attempt, attemptAsync, type StoreResult } from '../trouble.js';
import { scanActions, scanBlobs } from './scan-folder.js';

/** What a verify found. What is bad has been set aside. */
export interface VerifyReport {
  readonly blobs: number;
  /** Bytes that were read. */
  readonly bytes: number;
  readonly entries: number;
  /** Blobs whose bytes are not those of their name. */
  readonly badBlobs: readonly Sha256[];
  /** Manifests that cannot be trusted. */
  readonly badEntries: readonly ActionKey[];
  /** Manifests that name a blob that is not there. */
  readonly incompleteEntries: readonly ActionKey[];
}

/** Reads every blob and every manifest again, as one would after a disk that lied. */
export async function verifyCache(folder: CacheFolder): Promise<StoreResult<VerifyReport>> {
  const refusal = folder.check();
  if (refusal !== undefined) return fail(refusal);
  return await attemptAsync(folder.root, async () => {
    const pacer = createPacer();
    const blobs = await verifyBlobs(folder, pacer);
    const entries = await verifyEntries(folder, pacer, blobs.good);
    const { badBlobs, bytes } = blobs;
    return { blobs: blobs.count, bytes, badBlobs: [...new Set(badBlobs)], ...entries };
  });
}

interface VerifiedBlobs {
  readonly count: number;
  readonly bytes: number;
  readonly badBlobs: readonly Sha256[];
  /** Hash -> size. */
  readonly good: ReadonlyMap<string, number>;
}

async function verifyBlobs(folder: CacheFolder, pacer: Pacer): Promise<VerifiedBlobs> {
  const good = new Map<string, number>();
  const badBlobs: Sha256[] = [];
  let count = 0;
  let bytes = 0;
  for (const { hash, path, isTwin } of scanBlobs(folder)) {
    const digest = await attemptAsync(path, () => digestBlob(folder, path, pacer));
    count++;
    if (digest.ok) bytes += digest.value.size;
    if (digest.ok && digest.value.hash === hash) {
      if (!isTwin) good.set(hash, digest.value.size);
    } else {
      badBlobs.push(hash);
      setAside(folder, path);
    }
  }
  return { count, bytes, badBlobs, good };
}

async function digestBlob(folder: CacheFolder, path: string, pacer: Pacer): Promise<Digest> {
  const { disk } = folder;
  const file = disk.open(path, 'read');
  try {
    const running = createRunningDigest();
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let size = disk.read(file, buffer); size > 0; size = disk.read(file, buffer)) {
      running.update(buffer.subarray(0, size));
      await pacer.turn();
    }
    return running.finish();
  } finally {
    disk.close(file);
  }
}

async function verifyEntries(
  folder: CacheFolder,
  pacer: Pacer,
  good: ReadonlyMap<string, number>,
): Promise<Pick<VerifyReport, 'entries' | 'badEntries' | 'incompleteEntries'>> {
  const badEntries: ActionKey[] = [];
  const incompleteEntries: ActionKey[] = [];
  let entries = 0;
  for (const { key, path } of scanActions(folder)) {
    entries++;
    const read = attempt(path, () => readManifest(folder, key));
    if (!read.ok || !read.value.ok) badEntries.push(key);
    else if (read.value.value !== undefined && read.value.value !== OTHER_VERSION) {
      const { manifest, digest } = read.value.value;
      const blobs = listEntryBlobs(folder, manifest, digest);
      if (blobs.some(({ hash, size }) => good.get(hash) !== size && !isThere(folder, hash, size))) {
        incompleteEntries.push(key);
        setAside(folder, path);
      } else if (!hasOwnFiles(folder, manifest)) {
        badEntries.push(key);
        setAside(folder, path);
      }
    }
    await pacer.turn();
  }
  return { entries, badEntries, incompleteEntries };
}

/** True when the packs of a manifest hold the files that the manifest says they do. */
function hasOwnFiles(folder: CacheFolder, manifest: Manifest): boolean {
  let current: Digest | undefined;
  let bytes: Uint8Array | undefined;
  // In the order of the packs.
  for (const [hash, { pack: at, start, end }] of locatePacked(manifest)) {
    const pack = manifest.packs?.[at];
    if (pack !== current) {
      current = pack;
      bytes = pack && readPack(folder, pack);
    }
    if (bytes !== undefined && sha256(bytes.subarray(start, end)) !== hash) return false;
  }
  return true;
}

/** Undefined when it has gone since it was looked for: the entry is incomplete then, and the next verify says so. */
function readPack(folder: CacheFolder, { hash }: Digest): Uint8Array | undefined {
  const path = folder.blobPath(hash);
  const whole = attempt(path, () => readWhole(folder.disk, path, MAX_PACK_BYTES));
  return whole.ok ? whole.value.bytes : undefined;
}

/** A save that runs beside us adds blobs that we have not read. */
function isThere(folder: CacheFolder, hash: Sha256, size: number): boolean {
  return folder.disk.lstat(folder.blobPath(hash))?.size === size;
}
