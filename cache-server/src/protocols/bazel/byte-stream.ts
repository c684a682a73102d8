import { Problem } from '../../http/problem.js';
import type { CacheSession } from '../../session/cache-session.js';
import type { RpcMethod } from '../protocol.js';
import { BazelCache } from './bazel-cache.js';
import { EMPTY_HASH } from './cas-digest.js';
import { parseReadName, parseWriteName, type BlobResource } from './resource-name.js';
import { decode, first } from './read-messages.js';
import { numeric, pick, text, writeFields, type WireField } from '../wire.js';
import { packBlob } from './zstd/pack-blob.js';
import { unpackBlob } from './zstd/unpack-blob.js';

const SERVICE = '/google.bytestream.ByteStream';
const CHUNK_BYTES = 1024 * 1024;

/** Blobs too large for a batch, as streams of pieces. */
export const BYTE_STREAM: Readonly<Record<string, RpcMethod>> = {
  [`${SERVICE}/Read`]: async function* ({ session, messages }) {
    const fields = await first(decode(messages));
    const resource = parseReadName(text(fields, 1));
    if (resource === undefined) throw new Problem('bad-request', 'a resource of another form');
    const content = await openContent(session, resource, { start: numeric(fields, 2), limit: numeric(fields, 3) });
    for await (const chunk of resource.form === 'zstd' ? packBlob(content) : content) {
      for (let at = 0; at < chunk.length; at += CHUNK_BYTES)
        yield writeFields([[10, chunk.subarray(at, at + CHUNK_BYTES)]]);
    }
  },

  [`${SERVICE}/Write`]: async function* ({ session, messages }) {
    const decoded = decode(messages)[Symbol.asyncIterator]();
    const opening = await decoded.next();
    if (opening.done === true) throw new Problem('bad-request', 'no message');
    const resource = parseWriteName(text(opening.value, 1));
    if (resource === undefined) throw new Problem('bad-request', 'a resource of another form');
    const body = joinPieces(opening.value, decoded);
    yield writeFields([[1, await putContent(session, resource, body)]]);
  },

  [`${SERVICE}/QueryWriteStatus`]: async function* ({ session, messages }) {
    const resource = parseWriteName(text(await first(decode(messages)), 1));
    if (resource === undefined) throw new Problem('bad-request', 'a resource of another form');
    const { digest, instance, form } = resource;
    const missing = await new BazelCache(session, instance).findMissing([digest]);
    // A write is whole or nothing: there is no half of one to go on with. How many packed bytes there would be nobody knows, and
    // Bazel before 7 goes wrong with another number: it sends the blob again, and is told that it was there.
    yield missing.length === 0 && form === 'plain'
      ? writeFields([
          [1, digest.size],
          [2, 1],
        ])
      : writeFields([[1, 0]]);
  },
};

/** The part of a blob that is asked for, plain. Of a packed one the offset counts plain bytes, and it has no other end than its own. */
async function openContent(
  session: CacheSession,
  { digest, instance, form }: BlobResource,
  { start, limit }: { readonly start: number; readonly limit: number },
): Promise<AsyncIterable<Uint8Array>> {
  if (form === 'zstd' && limit !== 0) throw new Problem('bad-request', 'a limit for a packed blob');
  if (digest.hash === EMPTY_HASH) return nothing();
  const entry = await new BazelCache(session, instance).findBlob(digest.hash);
  if (entry === undefined) throw new Problem('not-found');
  if (start > entry.body.size) throw new Problem('bad-range');
  const end = Math.min(entry.body.size, limit === 0 ? entry.body.size : start + limit) - 1;
  return end < start ? nothing() : (session.read(entry, { start, end }) as AsyncIterable<Uint8Array>);
}

/** Stores a blob; what the client is told that was taken: bytes as they came, and of a packed one that was there already -1. */
async function putContent(
  session: CacheSession,
  { digest, instance, form }: BlobResource,
  body: AsyncIterable<Uint8Array>,
): Promise<number> {
  const cache = new BazelCache(session, instance);
  if (form === 'plain') {
    if (digest.hash !== EMPTY_HASH) await cache.putBlob(digest, body, digest.size);
    return digest.size;
  }
  let taken = 0;
  const counted = count(body, (bytes) => (taken += bytes));
  const { outcome } = await cache.putBlob(digest, unpackBlob(counted, digest.size), digest.size);
  return outcome === 'kept' ? -1 : taken;
}

async function* count(source: AsyncIterable<Uint8Array>, note: (bytes: number) => void): AsyncIterable<Uint8Array> {
  for await (const chunk of source) {
    note(chunk.length);
    yield chunk;
  }
}

async function* nothing(): AsyncIterable<Uint8Array> {
  // An empty content has no chunks.
}

/** The bytes of a write, piece by piece; throws when a piece is missing or the last one did not come. */
async function* joinPieces(
  opening: readonly WireField[],
  rest: AsyncIterator<readonly WireField[]>,
): AsyncIterable<Uint8Array> {
  let size = 0;
  let fields = opening;
  for (;;) {
    if (numeric(fields, 2) !== size) throw new Problem('bad-request', 'a piece at another place');
    for (const piece of pick(fields, 10)) {
      size += piece.length;
      yield piece;
    }
    if (numeric(fields, 3) === 1) return;
    const next = await rest.next();
    if (next.done === true) throw new Problem('bad-length', 'a write without an end');
    fields = next.value;
  }
}
