import { digestOf, isSameDigest } from '@tr/hash';
import { ok, type Result } from '@tr/model';
import { BATCH_BYTES, MAX_BATCH_CHUNKS } from '@tr/protocol';
import type { ChunkBytes, ChunkRef, ChunkSource, EntryDocument } from '@tr/transport';
import type { LocalChunk } from './chunk-index.js';
import { trouble, type RemoteBackend, type RemoteResult, type RemoteTrouble } from './remote-backend.js';
import type { RemoteLink } from './remote-link.js';

/** Requests that are under way while what one brought is used: on the way to a server in another town is room for more than one. */
const BATCHES_AHEAD = 2;

/**
 * Chunks of an entry, those inside it at once, the others from the backend in batches; the next ones are on their way
 * while one is unpacked. Bytes that are not what their name says are asked for once more.
 */
export function createChunkSource(options: {
  readonly entry: EntryDocument;
  readonly backend: RemoteBackend;
  readonly link: RemoteLink;
  /** Chunks that are on this machine in another shape, and a way to read them. */
  readonly local?: LocalChunks | undefined;
}): ChunkSource<RemoteTrouble> {
  const { entry, backend, link, local } = options;
  const inside = new Map(entry.inline.map((bytes, at) => [entry.chunks[at]?.hash ?? '', bytes]));
  const fetchBatch = (refs: readonly ChunkRef[]): Promise<RemoteResult<readonly Uint8Array[]>> =>
    link.call(async (signal) => checkChunks(refs, await backend.getChunks(refs, signal)));
  return async function* (refs): AsyncIterable<Result<ChunkBytes, RemoteTrouble>> {
    const here = (await local?.findAll(refs)) ?? new Map<string, LocalChunk>();
    const batches = toBatches(refs.filter(({ hash }) => !inside.has(hash) && !here.has(hash)));
    const ahead = batches.splice(0, BATCHES_AHEAD).map(fetchBatch);
    let current: Uint8Array[] = [];
    for (const { hash } of refs) {
      const own = inside.get(hash);
      if (own !== undefined) {
        yield ok({ packed: own });
        continue;
      }
      const place = here.get(hash);
      if (place !== undefined && local !== undefined) {
        yield ok({ raw: await local.read(place) });
        continue;
      }
      const next = current.length === 0 ? ahead.shift() : undefined;
      if (next !== undefined) {
        const fetched = await next;
        if (!fetched.ok) {
          yield fetched;
          return;
        }
        current = [...fetched.value];
        ahead.push(...batches.splice(0, 1).map(fetchBatch));
      }
      const bytes = current.shift();
      if (bytes === undefined) return;
      yield ok({ verified: bytes });
    }
  };
}

/** Chunks of blobs that are here. */
export interface LocalChunks {
  findAll(refs: readonly ChunkRef[]): Promise<ReadonlyMap<string, LocalChunk>>;
  /** Other bytes, or none, when the blob is not what it was: that is noticed when the whole is verified. */
  read(place: LocalChunk): Promise<Uint8Array>;
}

function toBatches(refs: readonly ChunkRef[]): (readonly ChunkRef[])[] {
  const batches: ChunkRef[][] = [];
  let room = 0;
  for (const ref of refs) {
    const last = batches.at(-1);
    if (last === undefined || room < ref.size || last.length >= MAX_BATCH_CHUNKS) {
      batches.push([ref]);
      room = BATCH_BYTES - ref.size;
    } else {
      last.push(ref);
      room -= ref.size;
    }
  }
  return batches;
}

function checkChunks(
  refs: readonly ChunkRef[],
  result: RemoteResult<readonly (Uint8Array | undefined)[]>,
): RemoteResult<readonly Uint8Array[]> {
  if (!result.ok) return result;
  const chunks: Uint8Array[] = [];
  for (const [at, ref] of refs.entries()) {
    const bytes = result.value[at];
    if (bytes === undefined) return trouble('rejected', 'a chunk that is no longer there');
    if (!isSameDigest(digestOf(bytes), ref)) return trouble('broken', 'bytes that are not what their name says');
    chunks.push(bytes);
  }
  return ok(chunks);
}
