import { Readable } from 'node:stream';
import { Problem } from '../../http/problem.js';
import type { CacheSession } from '../../session/cache-session.js';
import type { RpcMethod } from '../protocol.js';
import { BazelCache } from './bazel-cache.js';
import { BYTE_STREAM } from './byte-stream.js';
import { toDigest, writeCasDigest, EMPTY_HASH, type CasDigest } from './cas-digest.js';
import { getTree } from './get-tree.js';
import { numbers, numeric, pick, readFields, text, WireError, writeFields, type WireField } from '../wire.js';
import { packSmall } from './zstd/pack-blob.js';
import { unpackBlob } from './zstd/unpack-blob.js';

/** The largest message that a client takes unless it was told otherwise, and the largest batch, both ways; bytes. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024;
/** What clients are told. They add up blobs, and a message has some 85 bytes for each of them as well. */
const ANNOUNCED_BATCH_BYTES = 3 * 1024 * 1024;
const SHA256 = 1;
/** Numbers of `Compressor`. */
const IDENTITY = 0;
const ZSTD = 1;
const SYMLINKS_ALLOWED = 2;
const NOT_FOUND = 5;
const INVALID_ARGUMENT = 3;
const V2 = 'build.bazel.remote.execution.v2';

/** Answers one message with one. */
type Answer = (session: CacheSession, fields: readonly WireField[]) => Promise<Uint8Array>;

/** The remote execution API, version 2, as far as a cache has it. Blobs may travel as zstd. */
export const REMOTE_API: Readonly<Record<string, RpcMethod>> = {
  [`/${V2}.Capabilities/GetCapabilities`]: unary(async (session) => capabilities(session)),
  [`/${V2}.ActionCache/GetActionResult`]: unary(async (session, fields) => {
    const entry = await cacheOf(session, fields).findResult(digestAt(fields, 2).hash, 'protobuf');
    // One that came over HTTP may be too large for the client: its build would end with that, and not with a miss.
    if (entry === undefined || entry.body.size > MAX_BATCH_BYTES) throw new Problem('not-found');
    return await session.readBytes(entry);
  }),
  [`/${V2}.ActionCache/UpdateActionResult`]: unary(async (session, fields) => {
    const body = pick(fields, 3).at(-1) ?? new Uint8Array();
    readFields(body);
    await cacheOf(session, fields).putResult(digestAt(fields, 2).hash, 'protobuf', { body, length: body.length });
    return body;
  }),
  [`/${V2}.ContentAddressableStorage/FindMissingBlobs`]: unary(async (session, fields) => {
    const missing = await cacheOf(session, fields).findMissing(pick(fields, 2).map(toDigest));
    return writeFields(missing.map((digest) => [2, writeCasDigest(digest)]));
  }),
  [`/${V2}.ContentAddressableStorage/BatchUpdateBlobs`]: unary(updateBlobs),
  [`/${V2}.ContentAddressableStorage/BatchReadBlobs`]: unary(readBlobs),
  [`/${V2}.ContentAddressableStorage/GetTree`]: getTree,
  ...BYTE_STREAM,
};

function capabilities({ identity }: CacheSession): Uint8Array {
  const version = (minor: number): Uint8Array => writeFields([[1, 2], ...(minor === 0 ? [] : [[2, minor] as const])]);
  return writeFields([
    [
      1,
      writeFields([
        [1, Uint8Array.of(SHA256)],
        // Left out means no. Said in so many words, it makes moon before 2.4 turn the cache off, reads too.
        ...(identity.mayWrite ? [[2, writeFields([[1, 1]])] as const] : []),
        [4, ANNOUNCED_BATCH_BYTES],
        [5, SYMLINKS_ALLOWED],
        [6, Uint8Array.of(ZSTD)],
        [7, Uint8Array.of(ZSTD)],
      ]),
    ],
    [4, version(0)],
    [5, version(3)],
  ]);
}

async function updateBlobs(session: CacheSession, fields: readonly WireField[]): Promise<Uint8Array> {
  const cache = cacheOf(session, fields);
  if (!session.identity.mayWrite) throw new Problem('read-only');
  const responses: Uint8Array[] = [];
  for (const request of pick(fields, 2).map(readFields)) {
    const digest = digestAt(request, 1);
    const data = pick(request, 2).at(-1) ?? new Uint8Array();
    const compressor = numeric(request, 3);
    const code = await statusOf(async () => await putBlob(cache, digest, { data, compressor }));
    responses.push(
      writeFields([
        [1, writeCasDigest(digest)],
        [2, statusMessage(code)],
      ]),
    );
  }
  return writeFields(responses.map((response) => [1, response]));
}

interface SentBlob {
  readonly data: Uint8Array;
  readonly compressor: number;
}

async function putBlob(cache: BazelCache, digest: CasDigest, { data, compressor }: SentBlob): Promise<void> {
  if (digest.hash === EMPTY_HASH && data.length === 0) return;
  if (compressor === IDENTITY) await cache.putBlob(digest, data);
  else if (compressor === ZSTD)
    await cache.putBlob(digest, unpackBlob(Readable.from([data]), digest.size), digest.size);
  else throw new Problem('bad-request', 'a compressor that was not offered');
}

/** One bad blob of a batch does not spoil the others. */
async function statusOf(put: () => Promise<void>): Promise<number> {
  try {
    await put();
    return 0;
  } catch (error) {
    if (error instanceof Problem && error.status === 400) return INVALID_ARGUMENT;
    throw error;
  }
}

async function readBlobs(session: CacheSession, fields: readonly WireField[]): Promise<Uint8Array> {
  const cache = cacheOf(session, fields);
  const digests = pick(fields, 2).map(toDigest);
  const takesZstd = numbers(fields, 3).includes(ZSTD);
  if (digests.reduce((sum, { size }) => sum + size, 0) > MAX_BATCH_BYTES)
    throw new Problem('bad-request', 'a large batch');
  const responses: Uint8Array[] = [];
  let left = MAX_BATCH_BYTES;
  for (const digest of digests) {
    const entry = digest.hash === EMPTY_HASH ? undefined : await cache.findBlob(digest.hash);
    // Sizes in the request are the client's word.
    left -= entry?.body.size ?? 0;
    if (left < 0) throw new Problem('bad-request', 'a large batch');
    const data = entry === undefined ? new Uint8Array() : await session.readBytes(entry);
    const code = entry === undefined && digest.hash !== EMPTY_HASH ? NOT_FOUND : 0;
    const packed = takesZstd ? await packSmall(data) : undefined;
    responses.push(
      writeFields([
        [1, writeCasDigest(digest)],
        [2, packed ?? data],
        [3, statusMessage(code)],
        [4, packed === undefined ? IDENTITY : ZSTD],
      ]),
    );
  }
  return writeFields(responses.map((response) => [1, response]));
}

function statusMessage(code: number): Uint8Array {
  return writeFields(code === 0 ? [] : [[1, code]]);
}

function cacheOf(session: CacheSession, fields: readonly WireField[]): BazelCache {
  return new BazelCache(session, text(fields, 1));
}

function digestAt(fields: readonly WireField[], number: number): CasDigest {
  return toDigest(pick(fields, number).at(-1) ?? new Uint8Array());
}

function unary(answer: Answer): RpcMethod {
  return async function* ({ session, messages }) {
    for await (const message of messages) {
      try {
        yield await answer(session, readFields(message));
      } catch (error) {
        throw error instanceof WireError ? new Problem('bad-request', 'not a message') : error;
      }
      return;
    }
    throw new Problem('bad-request', 'no message');
  };
}
