import { createReadStream } from 'node:fs';
import pLimit from 'p-limit';
import { createRunningDigest, digestOf, isSameDigest, isSha256 } from '@tr/hash';
import { fail, ok, type Digest, type Sha256, type StoreFailure } from '@tr/model';
import {
  attemptAsync,
  type BodyDigest,
  type BodyHash,
  type ByteRange,
  type StoreResult,
  type StreamBlobStore,
} from '@tr/store';
import type { Bucket } from './bucket.js';
import type { ConditionalWrites } from './conditional-writes.js';
import { streamObject } from './stream-object.js';
import { spool, TemporaryFileError, type Spooled } from './spool.js';

const PARALLEL = 16;
/** Contents from temporary files that are sent at once, each with one part in memory. */
const PARALLEL_LARGE = 4;
/**
 * A blob that was stored longer ago is stored again when it is put again, milliseconds. Far below the hour for which a gc
 * spares blobs without an entry: the entry of this put has the rest of the hour to come.
 */
const REFRESH_AFTER_MS = 15 * 60 * 1000;
/** How many blobs this process remembers as verified. */
const MAX_REMEMBERED = 200_000;

type Sink = (chunk: Uint8Array) => void | Promise<void>;

/** Where a blob lies below the prefix. */
export function blobKey(hash: BodyHash): string {
  return `blobs/${hash.slice(0, 2)}/${hash}`;
}

/** What the store is made over. */
export interface S3BlobStoreOptions {
  readonly conditions: ConditionalWrites;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Blobs as objects, one each. Sizes come from S3, contents are verified whenever they are read. */
export function createS3BlobStore(bucket: Bucket, { conditions, now }: S3BlobStoreOptions): StreamBlobStore {
  const limit = pLimit(PARALLEL);
  const large = pLimit(PARALLEL_LARGE);
  /** By hash, the etag of the object that was read: another one under the same key has to be verified as well. */
  const verified = new Map<string, string>();

  const find = async (digest: BodyDigest): Promise<StoreResult<'absent' | 'old' | 'young'>> => {
    // Under any other name it could not be verified: a bucket has no such.
    if (!isSha256(digest.hash)) return ok('absent');
    const head = await bucket.head(blobKey(digest.hash));
    if (!head.ok) return head;
    if (head.value?.size !== digest.size) return ok('absent');
    return ok(now() - head.value.modifiedAt > REFRESH_AFTER_MS ? 'old' : 'young');
  };

  const read = async (digest: BodyDigest, sink: Sink): Promise<StoreResult<undefined>> => {
    if (!isSha256(digest.hash)) return fail(missing(digest));
    const content = await readContent(bucket, digest, sink);
    if (!content.ok) return content;
    if (content.value.verdict === 'right') {
      if (verified.size >= MAX_REMEMBERED) verified.clear();
      verified.set(digest.hash, content.value.etag);
      return ok(undefined);
    }
    if (content.value.verdict === 'aside') return fail(corrupt(digest));
    // Bytes may have been changed on their way: only what is wrong twice is set aside.
    const again = await readContent(bucket, digest, () => undefined);
    if (again.ok && again.value.verdict === 'wrong') await setAside(digest, again.value.etag);
    return fail(corrupt(digest));
  };

  /**
   * An empty object in place of a wrong one: by its size everybody takes the blob for absent and stores it again. Where
   * conditions hold it replaces only what was read, never what a writer has just put right.
   */
  const setAside = async ({ hash, size }: BodyDigest, etag: string): Promise<void> => {
    const support = await conditions.support();
    const isExact = support.ok && support.value.unchanged;
    if (size === 0) await bucket.delete(blobKey(hash));
    else await bucket.put(blobKey(hash), Buffer.alloc(0), isExact ? { kind: 'unchanged', etag } : undefined);
  };

  /** A part of the object that was verified; `other`: it is there no more, and nothing went into the sink. */
  const readPart = async (digest: BodyDigest, range: ByteRange, sink: Sink): Promise<StoreResult<'done' | 'other'>> => {
    const length = range.end - range.start + 1;
    let left = length;
    const streamed = await streamObject(bucket, {
      key: blobKey(digest.hash),
      ...range,
      isWhole: false,
      etag: verified.get(digest.hash),
      sink: async (bytes) => {
        left -= bytes.length;
        if (left >= 0) await sink(bytes);
      },
    });
    if (!streamed.ok) return streamed;
    if (streamed.value === undefined && left === length) return ok('other');
    return left === 0 ? ok('done') : fail(corrupt(digest));
  };

  const putContent = async (
    digest: Digest,
    put: (key: string) => Promise<StoreResult<unknown>>,
  ): ReturnType<StreamBlobStore['putBytes']> => {
    const found = await find(digest);
    if (!found.ok) return found;
    if (found.value === 'young') return ok({ digest, added: false });
    const done = await put(blobKey(digest.hash));
    return done.ok ? ok({ digest, added: found.value === 'absent' }) : done;
  };

  const putSpooled = async (spooled: Spooled): ReturnType<StreamBlobStore['putBytes']> =>
    await putContent(spooled.digest, async (key) => {
      const { bytes, isOnePart } = spooled;
      if (bytes !== undefined) return await bucket.put(key, bytes);
      return await large(async () => {
        if (!isOnePart) return await bucket.putParts(key, spooled.parts());
        for await (const part of spooled.parts()) return await bucket.put(key, part);
        return fail({ code: 'store/io', path: key, detail: 'ENODATA' });
      });
    });

  const putStream: StreamBlobStore['putStream'] = async (source, accept = () => true) => {
    try {
      await using spooled = await spool(source);
      return accept(spooled.digest) ? await putSpooled(spooled) : ok(undefined);
    } catch (error) {
      if (error instanceof TemporaryFileError) return fail(error.failure);
      throw error;
    }
  };

  return {
    async findMissing(digests) {
      const found = await Promise.all(digests.map((digest) => limit(() => find(digest))));
      const trouble = found.find((result) => !result.ok);
      if (trouble !== undefined && !trouble.ok) return trouble;
      return ok(digests.filter((_, at) => found[at]?.ok === true && found[at].value === 'absent'));
    },

    read,

    async readBytes(digest) {
      const pieces: Uint8Array[] = [];
      const done = await read(digest, (piece) => void pieces.push(piece));
      return done.ok ? ok(Buffer.concat(pieces)) : done;
    },

    async putBytes(bytes) {
      return await putContent(digestOf(bytes), (key) => bucket.put(key, bytes));
    },

    async putFile(path) {
      const put = await attemptAsync(path, () => putStream(createReadStream(path)));
      if (!put.ok || !put.value.ok) return put.ok ? (put.value as { ok: false; failure: StoreFailure }) : put;
      return put.value.value === undefined ? fail({ code: 'store/io', path, detail: 'refused' }) : ok(put.value.value);
    },

    async localFile() {
      return ok(undefined);
    },

    putStream,
    putBody: putStream,

    async readRange(digest, range, sink) {
      const isWhole = range.start === 0 && range.end >= digest.size - 1;
      if (isWhole) return await read(digest, sink);
      if (!verified.has(digest.hash)) {
        const whole = await read(digest, () => undefined);
        if (!whole.ok) return whole;
      }
      const part = await readPart(digest, range, sink);
      if (!part.ok || part.value === 'done') return part.ok ? ok(undefined) : part;
      // Another object since then, which may be as good: it is verified, too.
      verified.delete(digest.hash);
      const again = await read(digest, () => undefined);
      if (!again.ok) return again;
      const anew = await readPart(digest, range, sink);
      return anew.ok && anew.value === 'other' ? fail(missing(digest)) : anew.ok ? ok(undefined) : anew;
    },

    async scanBlobs(visit) {
      return await bucket.list('blobs/', ({ key, size, modifiedAt }) => {
        const hash = key.slice(key.lastIndexOf('/') + 1) as Sha256;
        if (/^[0-9a-f]{64}$/.test(hash)) visit({ digest: { hash, size }, youngAt: modifiedAt });
      });
    },

    async deleteBlob(hash, youngAt) {
      const head = await bucket.head(blobKey(hash));
      if (!head.ok) return head;
      if (head.value !== undefined && head.value.modifiedAt > youngAt) return ok(false);
      verified.delete(hash);
      const gone = head.value === undefined ? head : await bucket.delete(blobKey(hash));
      return gone.ok ? ok(true) : gone;
    },
  };
}

/** What a whole content turned out to be. */
interface ReadContent {
  /** `aside`: an empty object in place of one that was wrong. */
  readonly verdict: 'right' | 'wrong' | 'aside';
  readonly etag: string;
}

async function readContent(bucket: Bucket, digest: BodyDigest, sink: Sink): Promise<StoreResult<ReadContent>> {
  const running = createRunningDigest();
  let left = digest.size;
  const streamed = await streamObject(bucket, {
    key: blobKey(digest.hash),
    start: 0,
    end: digest.size - 1,
    isWhole: true,
    sink: async (bytes) => {
      left -= bytes.length;
      running.update(bytes);
      if (left >= 0) await sink(bytes);
    },
  });
  if (!streamed.ok) return streamed;
  if (streamed.value === undefined) return fail(missing(digest));
  const isRight = left === 0 && isSameDigest(running.finish(), digest);
  return ok({ verdict: isRight ? 'right' : left === digest.size ? 'aside' : 'wrong', etag: streamed.value });
}

function corrupt(digest: BodyDigest): StoreFailure {
  return { code: 'store/corrupt', kind: 'blob', name: digest.hash, detail: 'other content' };
}

function missing(digest: BodyDigest): StoreFailure {
  return { code: 'store/missing', kind: 'blob', name: digest.hash };
}
