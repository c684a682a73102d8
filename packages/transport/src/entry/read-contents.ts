import { createRunningDigest, digestOf, isSameDigest, type RunningDigest } from '@tr/hash';
import { ok, type Digest, type Manifest, type Result, type Sha256 } from '@tr/model';
import { createPacer } from '@tr/store';
import type { ChunkRef } from '../chunk/chunk.js';
import { findNeededChunks, lengthOf, mapStream, type ContentPlace, type PlacedChunk } from './stream-map.js';
import { flaw, unpackChunk, type ChunkBytes, type ChunkSource, type StreamFlaw } from './unpack-stream.js';

/**
 * Takes a content: whole and verified, or in pieces when it is large (`isLast` with the last of them), which may only be trusted
 * when all has been read without a flaw. The bytes are good until it returns.
 */
export type ContentSink = (content: Digest, bytes: Uint8Array, isLast: boolean) => void;

/** Contents to read from the stream of a result. */
export interface ReadContentsRequest<F> {
  readonly manifest: Manifest;
  /** Of the manifest's bytes. */
  readonly manifestBytes: Digest;
  readonly chunks: readonly ChunkRef[];
  readonly source: ChunkSource<F>;
  readonly wanted: ReadonlySet<Sha256>;
  readonly sink: ContentSink;
}

/** Larger contents come in pieces, bytes. */
const WHOLE_CONTENT = 4 * 1024 * 1024;
/** Chunks that are unpacked while one is used; on other threads, where the codec has them. */
const CHUNKS_AHEAD = 3;

/** Reads contents in the order of the stream, each once, verified against the manifest. Memory: a few chunks. */
export async function readContents<F>(request: ReadContentsRequest<F>): Promise<Result<undefined, F | StreamFlaw>> {
  const { manifest, manifestBytes, chunks, source, wanted, sink } = request;
  const map = mapStream(manifest, manifestBytes);
  if (lengthOf(chunks) !== map.length) return flaw('chunks that do not add up to the stream');
  const places = map.places.filter(({ content }) => wanted.has(content.hash));
  const needed = findNeededChunks(chunks, places);
  const next = unpackAhead(needed, source);
  const reader = new PlaceReader(places, sink);
  const pacer = createPacer();
  for (const chunk of needed) {
    const raw = await next();
    if (!raw.ok) return raw;
    const detail = reader.take(chunk.start, raw.value);
    if (detail !== undefined) return flaw(detail);
    await pacer.turn();
  }
  const detail = reader.finish();
  return detail === undefined ? ok(undefined) : flaw(detail);
}

/** Each call gives the next chunk. */
function unpackAhead<F>(
  needed: readonly PlacedChunk[],
  source: ChunkSource<F>,
): () => Promise<Result<Buffer, F | StreamFlaw>> {
  const packed = source(needed)[Symbol.asyncIterator]();
  const ahead: Promise<Result<Buffer, F | StreamFlaw>>[] = [];
  let started = 0;
  const unpackNext = async (chunk: ChunkRef): Promise<Result<Buffer, F | StreamFlaw>> => {
    const bytes: IteratorResult<Result<ChunkBytes, F>> = await packed.next();
    if (bytes.done === true) return flaw('a stream that is cut');
    return bytes.value.ok ? await unpackChunk(chunk, bytes.value.value) : bytes.value;
  };
  return async () => {
    for (const chunk of needed.slice(started, started + CHUNKS_AHEAD - ahead.length)) {
      ahead.push(unpackNext(chunk));
      started++;
    }
    return (await ahead.shift()) ?? flaw('a stream that is cut');
  };
}

/** Cuts the places out of the chunks that come by. What is wrong is told in a few words. */
class PlaceReader {
  readonly #places: readonly ContentPlace[];
  readonly #sink: ContentSink;
  #next = 0;
  /** Of a content that goes on in the next chunk. */
  #pieces: Buffer[] = [];
  #running: RunningDigest | undefined;

  constructor(places: readonly ContentPlace[], sink: ContentSink) {
    this.#places = places;
    this.#sink = sink;
  }

  take(start: number, raw: Buffer): string | undefined {
    const end = start + raw.length;
    for (let place = this.#places[this.#next]; place !== undefined && place.start < end;) {
      const piece = raw.subarray(Math.max(place.start - start, 0), Math.max(Math.min(place.end, end) - start, 0));
      const isLast = place.end <= end;
      if (!this.#add(place.content, piece, isLast)) return `another content than ${place.content.hash}`;
      if (!isLast) return undefined;
      place = this.#places[++this.#next];
    }
    return undefined;
  }

  /** Empty contents may lie behind the last chunk that anybody needs. */
  finish(): string | undefined {
    for (const { content } of this.#places.slice(this.#next))
      if (content.size > 0 || !this.#add(content, Buffer.alloc(0), true)) return 'a stream that is cut';
    return undefined;
  }

  #add(content: Digest, piece: Buffer, isLast: boolean): boolean {
    if (content.size > WHOLE_CONTENT) return this.#pass(content, piece, isLast);
    if (!isLast) {
      this.#pieces.push(piece);
      return true;
    }
    const bytes = this.#pieces.length === 0 ? piece : Buffer.concat([...this.#pieces, piece]);
    this.#pieces = [];
    if (!isSameDigest(digestOf(bytes), content)) return false;
    this.#sink(content, bytes, true);
    return true;
  }

  #pass(content: Digest, piece: Buffer, isLast: boolean): boolean {
    this.#running ??= createRunningDigest();
    this.#running.update(piece);
    this.#sink(content, piece, isLast);
    if (!isLast) return true;
    const digest = this.#running.finish();
    this.#running = undefined;
    return isSameDigest(digest, content);
  }
}
