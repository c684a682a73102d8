import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf, sha256 } from '@tr/hash';
import {
  MANIFEST_VERSION,
  ok,
  type ActionKey,
  type Manifest,
  type ManifestEntry,
  type Result,
  type TaskId,
} from '@tr/model';
import { createFileStreamBlobStore, nodeDisk, openCacheFolder, type BlobStore, type StreamBlobStore } from '@tr/store';
import {
  digestManifest,
  packStream,
  type Chunk,
  type ChunkBytes,
  type ChunkRef,
  type ChunkSource,
  type EntryDocument,
} from '../src/index.js';

export const KEY = sha256('key') as string as ActionKey;

/** A blob store of its own in a temporary directory. */
export function createStore(): { readonly blobs: StreamBlobStore; dispose(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'tr-transport-'));
  const blobs = createFileStreamBlobStore(openCacheFolder({ directory, disk: nodeDisk }));
  return { blobs, dispose: () => rmSync(directory, { recursive: true, force: true }) };
}

/** Bytes that do not compress and are the same every time. */
export function randomBytes(seed: string, length: number): Buffer {
  const block = createHash('shake256', { outputLength: Math.min(length, 1 << 16) })
    .update(seed)
    .digest();
  const bytes = Buffer.alloc(length);
  for (let at = 0, round = 0; at < length; at += block.length, round++) {
    block.copy(bytes, at);
    bytes.writeUInt32BE(round, Math.min(at, Math.max(0, length - 4)) >>> 0);
  }
  return length < 4 ? Buffer.from(block.subarray(0, length)) : bytes;
}

/** Entries by path: bytes, `link:` text, `x:` before an executable's bytes are for tests that need them. */
export async function storeResult(
  blobs: BlobStore,
  files: Readonly<Record<string, Uint8Array>>,
  others: readonly ManifestEntry[] = [],
): Promise<Manifest> {
  const put = async (bytes: Uint8Array) => {
    const stored = await blobs.putBytes(bytes);
    if (!stored.ok) throw new Error(stored.failure.code);
    return stored.value.digest;
  };
  const entries: ManifestEntry[] = [...others];
  for (const [path, bytes] of Object.entries(files))
    entries.push({ type: 'file', path, executable: path.endsWith('.sh'), digest: await put(bytes) });
  entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    formatVersion: MANIFEST_VERSION,
    actionKey: KEY,
    task: 'a#build' as TaskId,
    entries,
    log: await put(Buffer.from('the log\n')),
    fingerprint: await put(Buffer.from('{"a":1}')),
    externalClosure: undefined,
    durationMs: 12,
    producer: '0.0.0',
    createdAt: 1_700_000_000_000,
  };
}

/** All chunks of a result. */
export async function packAll(manifest: Manifest, blobs: BlobStore): Promise<readonly Chunk[]> {
  const chunks: Chunk[] = [];
  const packed = await packStream<never>({ manifest, blobs }, async (chunk) => void chunks.push(chunk));
  if (!packed.ok) throw new Error(JSON.stringify(packed.failure));
  return chunks;
}

export function toEntry(manifest: Manifest, chunks: readonly ChunkRef[]): EntryDocument {
  const { digest } = digestManifest(manifest);
  return { actionKey: KEY, manifest: digest, durationMs: 12, chunks, inline: [], signature: undefined };
}

/** Gives chunks from memory and says which were asked for. */
export function sourceOf(chunks: readonly Chunk[], asked: ChunkRef[] = []): ChunkSource<never> {
  const byHash = new Map(chunks.map((chunk) => [chunk.hash, chunk.bytes]));
  return async function* (refs): AsyncIterable<Result<ChunkBytes, never>> {
    for (const ref of refs) {
      asked.push(ref);
      yield ok({ packed: byHash.get(ref.hash) ?? Buffer.alloc(0) });
    }
  };
}

/** Bytes of the raw stream. */
export function unpackedLength(chunks: readonly ChunkRef[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

export { digestOf };
