import { digestOf, isSameDigest } from '@tr/hash';
import { fail, ok, type Digest, type Manifest, type Result, type Sha256, type StoreFailure } from '@tr/model';
import { fromManifestBytes, type StreamBlobStore } from '@tr/store';
import type { ChunkRef } from '../chunk/chunk.js';
import { loadZstd } from '../zstd/zstd.js';
import { MAX_CHUNKS, type EntryDocument } from './entry-document.js';
import { openContentLanding, type ContentLanding } from './land-contents.js';
import { findNeededChunks, lengthOf, mapStream, type ContentPlace, type PlacedChunk } from './stream-map.js';
import { TAR_BLOCK } from '../tar/tar-header.js';

/** Why what was sent cannot be used: it is not what its names say. */
export interface StreamFlaw {
  readonly code: 'stream/flaw';
  readonly detail: string;
}

/**
 * A chunk as it was sent; as it was sent and compared with its digest by who gives it; or what it stands for, from a place on
 * this machine. The latter has no digest of its own: what is made of it is verified as a whole.
 */
export type ChunkBytes =
  { readonly packed: Uint8Array } | { readonly verified: Uint8Array } | { readonly raw: Uint8Array };

/** Gives chunks, in the same order. They are verified here. */
export type ChunkSource<F> = (chunks: readonly ChunkRef[]) => AsyncIterable<Result<ChunkBytes, F>>;

/**
 * The manifest of an entry, verified against the entry's digest of it; parsing it has checked all its fields. Reads only
 * the chunks at the head of the stream that hold it, usually those inside the entry.
 */
export async function unpackManifest<F>(
  entry: EntryDocument,
  source: ChunkSource<F>,
): Promise<Result<Manifest, F | StreamFlaw>> {
  // The header of `manifest.json` needs no pax header: name and size are short.
  const start = TAR_BLOCK;
  const place = { content: entry.manifest, start, end: start + entry.manifest.size };
  const cursor = openCursor(findNeededChunks(entry.chunks, [place]), source);
  const bytes = await gather(cursor, place);
  if (cursor.trouble() !== undefined) return fail(cursor.trouble() as F | StreamFlaw);
  if (!isSameDigest(digestOf(bytes), entry.manifest)) return flaw('a manifest with another digest');
  const manifest = fromManifestBytes(bytes, entry.actionKey);
  return manifest.ok ? manifest : flaw(manifest.failure.detail);
}

/** What a stream brought. */
export interface Unpacked {
  /** Packed bytes of the chunks that were read. */
  readonly chunkBytes: number;
  readonly contents: number;
}

/** Where the contents of a stream go. */
export interface UnpackRequest<F> {
  readonly entry: Pick<EntryDocument, 'manifest' | 'chunks'>;
  readonly manifest: Manifest;
  readonly blobs: StreamBlobStore;
  readonly source: ChunkSource<F>;
  /** Only these contents; all unless given. */
  readonly only?: readonly Digest[];
}

/**
 * Brings the blobs of a manifest into a store, reading only chunks that hold contents which are not there. Every content is
 * verified against the manifest before it counts. Memory: a few chunks.
 */
export async function unpackStream<F>(
  request: UnpackRequest<F>,
): Promise<Result<Unpacked, F | StreamFlaw | StoreFailure>> {
  const { entry, manifest, blobs, source, only } = request;
  const map = mapStream(manifest, entry.manifest);
  if (entry.chunks.length > MAX_CHUNKS || lengthOf(entry.chunks) !== map.length)
    return flaw('chunks that do not add up to the stream');
  // The manifest itself goes to the action store.
  const asked = only && new Set(only.map(({ hash }) => hash));
  const places = map.places.slice(1).filter(({ content }) => asked?.has(content.hash) !== false);
  const landing = await openContentLanding(blobs, manifest);
  if (!landing.ok) return landing;
  const missing = await landing.value.findMissing(places.map(({ content }) => content));
  if (!missing.ok) return missing;
  const lacking = new Set(missing.value.map(({ hash }) => hash));
  const wanted = places.filter(({ content }) => lacking.has(content.hash));
  const needed = findNeededChunks(entry.chunks, wanted);
  const cursor = openCursor(needed, source);
  for (const place of wanted) {
    const put = await putContent(place, { blobs, landing: landing.value }, cursor);
    if (cursor.trouble() !== undefined) return fail(cursor.trouble() as F | StreamFlaw);
    if (put !== undefined) return fail(put);
  }
  if (asked !== undefined) return ok(summarize(needed, wanted));
  if (!landing.value.arePacksMade()) return flaw('a pack that is not made of the files');
  return ok(summarize(needed, wanted));
}

function summarize(needed: readonly PlacedChunk[], wanted: readonly ContentPlace[]): Unpacked {
  return { chunkBytes: needed.reduce((sum, { size }) => sum + size, 0), contents: wanted.length };
}

/** Contents up to this size are put at once, bytes. */
const SMALL_CONTENT = 4 * 1024 * 1024;

async function putContent<F>(
  place: ContentPlace,
  to: { readonly blobs: StreamBlobStore; readonly landing: ContentLanding },
  cursor: Cursor<F>,
): Promise<StreamFlaw | StoreFailure | undefined> {
  const { content } = place;
  if (content.size <= SMALL_CONTENT) {
    const bytes = cursor.peek(place) ?? (await gather(cursor, place));
    if (cursor.trouble() !== undefined) return undefined;
    if (!isSameDigest(digestOf(bytes), content))
      return { code: 'stream/flaw', detail: `another content than ${content.hash}` };
    const put = await to.landing.put(bytes, content);
    return put.ok ? undefined : put.failure;
  }
  const put = await to.blobs.putStream(cursor.read(place), (digest) => isSameDigest(digest, content));
  if (!put.ok) return put.failure;
  return put.value === undefined ? { code: 'stream/flaw', detail: `another content than ${content.hash}` } : undefined;
}

/** The bytes of a small place; fewer when there is trouble. */
async function gather<F>(cursor: Cursor<F>, place: ContentPlace): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of cursor.read(place)) pieces.push(piece);
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}

/** Reads places of a stream in order. */
interface Cursor<F> {
  /** The bytes of a place that lies in the chunk at hand, as most small ones do; undefined for any other. */
  peek(place: ContentPlace): Buffer | undefined;
  /** The bytes of a place; fewer when there is trouble. */
  read(place: ContentPlace): AsyncIterable<Buffer>;
  trouble(): F | StreamFlaw | undefined;
}

function openCursor<F>(needed: readonly PlacedChunk[], source: ChunkSource<F>): Cursor<F> {
  const packed = source(needed)[Symbol.asyncIterator]();
  let next = 0;
  let raw: Buffer | undefined;
  let start = 0;
  let trouble: F | StreamFlaw | undefined;
  const advance = async (): Promise<boolean> => {
    const chunk = needed[next++];
    const bytes = chunk && (await packed.next());
    if (chunk === undefined || bytes?.done !== false) trouble = { code: 'stream/flaw', detail: 'a stream that is cut' };
    else if (!bytes.value.ok) trouble = bytes.value.failure;
    else {
      const unpacked = await unpackChunk(chunk, bytes.value.value);
      if (unpacked.ok) {
        raw = unpacked.value;
        start = chunk.start;
        return true;
      }
      trouble = unpacked.failure;
    }
    return false;
  };
  return {
    trouble: () => trouble,
    peek: ({ start: from, end }) =>
      raw !== undefined && from >= start && end <= start + raw.length
        ? raw.subarray(from - start, end - start)
        : undefined,
    async *read(place) {
      for (let at = place.start; at < place.end;) {
        if (trouble !== undefined) return;
        if (raw === undefined || at >= start + raw.length) {
          if (!(await advance())) return;
          continue;
        }
        const piece = raw.subarray(at - start, Math.min(raw.length, place.end - start));
        at += piece.length;
        yield piece;
      }
    },
  };
}

/** Larger ones are not worth the memory that keeping them takes, bytes. */
const KEPT_CHUNK = 512 * 1024;
/**
 * What small chunks stand for, by the bytes that were given, as long as somebody has those: the one at the head of a stream
 * is read for the manifest, then for the contents. The name is the digest that the bytes have. Not for many: what such a map
 * holds is only given back when V8 collects the whole heap.
 */
const unpackedBefore = new WeakMap<Uint8Array, { readonly hash: Sha256; readonly raw: Buffer }>();

/** The bytes that a chunk stands for. */
export async function unpackChunk(chunk: ChunkRef, given: ChunkBytes): Promise<Result<Buffer, StreamFlaw>> {
  if (!('packed' in given) || chunk.length > KEPT_CHUNK) return await unpackAnew(chunk, given);
  const before = unpackedBefore.get(given.packed);
  if (before?.hash === chunk.hash && before.raw.length === chunk.length) return ok(before.raw);
  const raw = await unpackAnew(chunk, given);
  if (raw.ok) unpackedBefore.set(given.packed, { hash: chunk.hash, raw: raw.value });
  return raw;
}

/** The same where nobody asks for the chunk again. */
export async function unpackAnew(chunk: ChunkRef, given: ChunkBytes): Promise<Result<Buffer, StreamFlaw>> {
  if ('raw' in given) {
    const { raw } = given;
    return raw.length === chunk.length
      ? ok(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength))
      : flaw('a local chunk of another length');
  }
  const bytes = 'verified' in given ? given.verified : given.packed;
  if ('packed' in given && !isSameDigest(digestOf(bytes), chunk)) return flaw('a chunk with another digest');
  const zstd = await loadZstd();
  const raw = await zstd.decompress(bytes, chunk.length);
  return raw.ok ? raw : flaw(raw.failure.detail);
}

/** What is wrong, in a few words. */
export function flaw(detail: string): { readonly ok: false; readonly failure: StreamFlaw } {
  return fail({ code: 'stream/flaw', detail });
}
