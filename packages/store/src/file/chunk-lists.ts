import { isSha256 } from '@tr/hash';
import { errorCode, fail, type ActionKey, type Digest, type Manifest, type Sha256 } from '@tr/model';
import type { CacheFolder } from '../folder/cache-folder.js';
import { commitTemp, dropTemp, writeTemp } from '../folder/write-file.js';
import { listBlobs } from '../manifest/manifest-bytes.js';
import { readWhole } from '../read-whole.js';
import { attempt, type StoreResult } from '../trouble.js';

/** Version of the list. An unknown one counts as none. History: 1 (0.1): first. */
const LIST_VERSION = 1;
const LIST_MODE = 0o644;
/** Larger lists are not read: 65,536 chunks take half of it. */
const MAX_LIST_BYTES = 16 * 1024 * 1024;

/** A stored blob that holds a piece of the stream of a result, packed. */
export interface StoredChunk extends Digest {
  /** Bytes of the stream that it stands for. */
  readonly length: number;
}

/**
 * Where the outputs of an entry lie that has come from another machine and has many files: not in blobs of their own but in
 * the chunks they came in, which are blobs. Log, fingerprint and closure have blobs as ever.
 */
export interface ChunkList {
  /** Of the manifest's stored bytes: a list of another manifest of the same key means nothing. */
  readonly manifest: Digest;
  /** In the order of the stream, all of it. */
  readonly chunks: readonly StoredChunk[];
}

/** Chunk lists by action key. No method rejects for trouble of the store. */
export interface ChunkLists {
  /** Undefined when there is none for this manifest, or none that can be read. */
  get(key: ActionKey, manifest: Sha256): ChunkList | undefined;
  /** To be put after the chunks and before the manifest. */
  put(key: ActionKey, list: ChunkList): StoreResult<undefined>;
  /** Fine when there is none. */
  delete(key: ActionKey): void;
}

/** The lists of a cache folder; each lies beside its manifest. */
export function createFileChunkLists(folder: CacheFolder): ChunkLists {
  return {
    get: (key, manifest) => {
      if (folder.check() !== undefined) return undefined;
      const list = readChunkList(folder, key);
      return list?.manifest.hash === manifest ? list : undefined;
    },
    put: (key, { manifest, chunks }) => {
      const refusal = folder.check();
      if (refusal !== undefined) return fail(refusal);
      const path = chunkListPath(folder, key);
      const text = JSON.stringify({
        version: LIST_VERSION,
        manifest: [manifest.hash, manifest.size],
        chunks: chunks.map(({ hash, size, length }) => [hash, size, length]),
      });
      return attempt(path, () => {
        const temp = writeTemp(folder, LIST_MODE, (file) => folder.disk.write(file, Buffer.from(text)));
        try {
          commitTemp(folder, temp, path);
        } catch (error) {
          dropTemp(folder, temp);
          throw error;
        }
        return undefined;
      });
    },
    delete: (key) => dropTemp(folder, chunkListPath(folder, key)),
  };
}

/** Beside the manifest of the key. */
export function chunkListPath(folder: CacheFolder, key: ActionKey): string {
  return folder.actionPath(key).replace(/\.json$/, '.chunks');
}

/** Every blob that an entry of this folder needs: those its manifest names, or head and chunks where its outputs lie in them. */
export function listEntryBlobs(folder: CacheFolder, manifest: Manifest, digest: Sha256): readonly Digest[] {
  const list = mayBeChunked(manifest) ? readChunkList(folder, manifest.actionKey) : undefined;
  if (list?.manifest.hash !== digest) return listBlobs(manifest);
  return [...listHeadBlobs(manifest), ...list.chunks];
}

/** Log, fingerprint and closure. */
export function listHeadBlobs({ log, fingerprint, externalClosure }: Manifest): readonly Digest[] {
  return [log, fingerprint, ...(externalClosure === undefined ? [] : [externalClosure])];
}

/** Fewer outputs are not worth a list. Part of the format, so that nobody looks for a list in vain. */
const LEAST_ENTRIES = 64;

/** False where no list is ever made: for few outputs, and those in a single pack. */
export function mayBeChunked({ packs, entries }: Pick<Manifest, 'packs' | 'entries'>): boolean {
  return packs?.length !== 1 && entries.length >= LEAST_ENTRIES;
}

function readChunkList(folder: CacheFolder, key: ActionKey): ChunkList | undefined {
  try {
    const { bytes } = readWhole(folder.disk, chunkListPath(folder, key), MAX_LIST_BYTES);
    return parseChunkList(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    if (errorCode(error) === undefined && !(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

function parseChunkList(value: unknown): ChunkList | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { version, manifest, chunks } = value as Record<string, unknown>;
  if (version !== LIST_VERSION || !isTuple(manifest, 2) || !Array.isArray(chunks)) return undefined;
  const items: readonly unknown[] = chunks;
  const isItem = (item: unknown): item is [Sha256, number, number] => isTuple(item, 3);
  if (!items.every(isItem)) return undefined;
  return {
    manifest: { hash: manifest[0], size: manifest[1] ?? 0 },
    chunks: items.map(([hash, size, length]) => ({ hash, size, length })),
  };
}

function isTuple(value: unknown, length: number): value is [Sha256, ...number[]] {
  if (!Array.isArray(value) || value.length !== length || !isSha256(value[0])) return false;
  return value.slice(1).every((item) => Number.isSafeInteger(item) && Number(item) >= 0);
}
