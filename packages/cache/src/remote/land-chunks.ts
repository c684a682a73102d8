import { digestOf, isSameDigest } from '@tr/hash';
import { fail, isSnapshotPath, ok, type Digest, type Manifest, type Result, type StoreFailure } from '@tr/model';
import { listBlobs, listHeadBlobs, mayBeChunked, type ChunkLists, type StreamBlobStore } from '@tr/store';
import { unpackStream, type ChunkBytes, type ChunkSource, type EntryDocument, type StreamFlaw } from '@tr/transport';
import type { RemoteTrouble } from './remote-backend.js';

/** A result whose chunks are to be kept as they come. */
export interface LandRequest {
  readonly entry: EntryDocument;
  readonly manifest: Manifest;
  readonly blobs: StreamBlobStore;
  readonly lists: ChunkLists;
  readonly source: ChunkSource<RemoteTrouble>;
}

/** How many contents are looked for to see whether the store has most of them. */
const SAMPLES = 64;

/**
 * True for a result of many files that are not here: its chunks are kept, which are hundreds of times fewer than the files,
 * are written without being unpacked, and are there for the next version of the same outputs. Where most files are here as
 * blobs only the others are fetched, and become blobs too.
 */
export async function isWorthChunks(manifest: Manifest, blobs: StreamBlobStore): Promise<boolean> {
  // A state is opened as a file.
  if (!mayBeChunked(manifest) || manifest.entries.some(({ path }) => isSnapshotPath(path))) return false;
  const head = new Set(listHeadBlobs(manifest).map(({ hash }) => hash));
  const contents = listBlobs(manifest).filter(({ hash }) => !head.has(hash));
  const step = Math.max(1, Math.floor(contents.length / SAMPLES));
  const sample = contents.filter((_, at) => at % step === 0);
  const missing = await blobs.findMissing(sample);
  return missing.ok && sample.length > 0 && missing.value.length * 2 > sample.length;
}

/**
 * Brings head and chunks of a result into the store, and the list of them. The chunks are verified, what lies in them is when
 * it is read.
 */
export async function landChunks(
  request: LandRequest,
): Promise<Result<undefined, RemoteTrouble | StreamFlaw | StoreFailure>> {
  const { entry, manifest, blobs, lists, source } = request;
  // Sees to it that the chunks add up to the stream, too.
  const head = await unpackStream({ entry, manifest, blobs, source, only: listHeadBlobs(manifest) });
  if (!head.ok) return head;
  const missing = await blobs.findMissing(entry.chunks);
  if (!missing.ok) return missing;
  const lacking = new Set(missing.value.map(({ hash }) => hash));
  const wanted = entry.chunks.filter(({ hash }) => lacking.delete(hash));
  let at = 0;
  for await (const chunk of source(wanted)) {
    if (!chunk.ok) return chunk;
    const ref = wanted[at++];
    const bytes = ref && toVerified(ref, chunk.value);
    if (ref === undefined || bytes === undefined) return flaw('a chunk with another digest');
    const put = await blobs.putBytes(bytes, { hash: ref.hash, size: ref.size });
    if (!put.ok) return put;
  }
  if (at < wanted.length) return flaw('a stream that is cut');
  return lists.put(entry.actionKey, { manifest: entry.manifest, chunks: entry.chunks });
}

/** Undefined when they are other bytes. */
function toVerified(ref: Digest, given: ChunkBytes): Uint8Array | undefined {
  if ('verified' in given) return given.verified;
  return 'packed' in given && isSameDigest(digestOf(given.packed), ref) ? given.packed : undefined;
}

/** A gc that ran meanwhile may have taken chunks that were here before. */
export async function areChunksThere({ entry, blobs }: LandRequest): Promise<Result<undefined, StoreFailure>> {
  const missing = await blobs.findMissing(entry.chunks);
  if (!missing.ok) return missing;
  const [lost] = missing.value;
  return lost === undefined ? ok(undefined) : fail({ code: 'store/missing', kind: 'blob', name: lost.hash });
}

function flaw(detail: string): { readonly ok: false; readonly failure: StreamFlaw } {
  return fail({ code: 'stream/flaw', detail });
}
