import { BATCH_BYTES } from '@tr/protocol';
import { fail, ok, type Digest, type Manifest, type Result, type StoreFailure } from '@tr/model';
import type { BlobStore } from '@tr/store';
import {
  digestManifest,
  MAX_CHUNKS,
  MAX_INLINE,
  MAX_MANIFEST_BYTES_ON_WIRE,
  packStream,
  signManifest,
  toEntryBytes,
  type Chunk,
  type ChunkRef,
  type EntryDocument,
  type SigningKey,
} from '@tr/transport';
import { trouble, type RemoteBackend, type RemoteResult, type RemoteTrouble } from './remote-backend.js';
import type { RemoteLink } from './remote-link.js';

/** A stored result to send. */
export interface UploadRequest {
  readonly manifest: Manifest;
  /** Has its blobs. */
  readonly blobs: BlobStore;
  readonly backend: RemoteBackend;
  readonly link: RemoteLink;
  readonly signingKey: SigningKey | undefined;
}

/** What was sent. */
export type UploadedEntry = Pick<EntryDocument, 'chunks' | 'manifest'>;

/** So little is sent without asking whether it is there: asking takes as long. */
const NOT_WORTH_ASKING = 64 * 1024;

/**
 * Sends a result: chunks that are not there, then the entry. A small result travels inside its entry, in one request.
 * Memory holds one batch of chunks.
 */
export async function uploadEntry(
  request: UploadRequest,
): Promise<Result<UploadedEntry, RemoteTrouble | StoreFailure>> {
  const { manifest, blobs, backend, link, signingKey } = request;
  const own = digestManifest(manifest).digest;
  if (own.size > MAX_MANIFEST_BYTES_ON_WIRE) return trouble('rejected', 'too many outputs for one entry');
  const chunks: ChunkRef[] = [];
  const inline: Uint8Array[] = [];
  let inlineBytes = 0;
  const batch = new ChunkBatch(request);
  const packed = await packStream<RemoteTrouble>({ manifest, blobs }, async (chunk) => {
    const { hash, size, length, bytes } = chunk;
    chunks.push({ hash, size, length });
    if (chunks.length > MAX_CHUNKS) return trouble('rejected', 'a result that is too large').failure;
    if (inline.length === chunks.length - 1 && inlineBytes + size <= MAX_INLINE) {
      inline.push(bytes);
      inlineBytes += size;
      return undefined;
    }
    return await batch.add(chunk);
  });
  if (!packed.ok) return packed;
  const failure = await batch.flush();
  if (failure !== undefined) return fail(failure);
  const bytes = toEntryBytes({
    actionKey: manifest.actionKey,
    manifest: own,
    durationMs: Math.round(manifest.durationMs),
    chunks,
    inline,
    signature: signingKey && signManifest(own.hash, signingKey),
  });
  const put = await link.call((signal) => backend.putEntry(manifest.actionKey, bytes, signal));
  return put.ok ? ok({ chunks, manifest: own }) : put;
}

class ChunkBatch {
  readonly #request: UploadRequest;
  readonly #sent = new Set<string>();
  #chunks: Chunk[] = [];
  #bytes = 0;

  constructor(request: UploadRequest) {
    this.#request = request;
  }

  async add(chunk: Chunk): Promise<RemoteTrouble | undefined> {
    if (this.#sent.has(chunk.hash)) return undefined;
    this.#sent.add(chunk.hash);
    const failure = this.#bytes + chunk.size > BATCH_BYTES ? await this.flush() : undefined;
    this.#chunks.push(chunk);
    this.#bytes += chunk.size;
    return failure;
  }

  async flush(): Promise<RemoteTrouble | undefined> {
    const chunks = this.#chunks;
    const isSmall = this.#bytes <= NOT_WORTH_ASKING;
    this.#chunks = [];
    this.#bytes = 0;
    if (chunks.length === 0) return undefined;
    const { backend, link } = this.#request;
    const missing: RemoteResult<readonly Digest[]> = isSmall
      ? ok(chunks)
      : await link.call((signal) => backend.findMissing(chunks, signal));
    if (!missing.ok) return missing.failure;
    const wanted = new Set(missing.value.map(({ hash }) => hash));
    const toSend = chunks.filter(({ hash }) => wanted.has(hash));
    if (toSend.length === 0) return undefined;
    const put = await link.call((signal) => backend.putChunks(toSend, signal));
    return put.ok ? undefined : put.failure;
  }
}
