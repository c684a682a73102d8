import { createReadStream } from 'node:fs';
import pLimit from 'p-limit';
import { createRunningDigest, isSameDigest } from '@tr/hash';
import { fail, ok, type Digest, type Sha256, type StoreFailure } from '@tr/model';
import { attemptAsync, type StoreResult, type StreamBlobStore } from '@tr/store';
import { attemptS3, type Bucket } from './bucket.js';
import { spool, type Spooled } from './spool.js';

const PARALLEL = 16;
/** A blob that was stored longer ago is stored again when it is put again, so that a gc spares it, milliseconds. */
const REFRESH_AFTER_MS = 60 * 60 * 1000;
/** How many blobs this process remembers as verified. */
const MAX_REMEMBERED = 200_000;

type Sink = (chunk: Uint8Array) => void | Promise<void>;

/** Where a blob lies below the prefix. */
export function blobKey(hash: Sha256): string {
  return `blobs/${hash.slice(0, 2)}/${hash}`;
}

/** Blobs as objects, one each. Sizes come from S3, contents are verified whenever they are read. */
export function createS3BlobStore(bucket: Bucket, now: () => number): StreamBlobStore {
  const limit = pLimit(PARALLEL);
  const verified = new Set<string>();

  const find = async (digest: Digest): Promise<StoreResult<'absent' | 'old' | 'young'>> => {
    const head = await bucket.head(blobKey(digest.hash));
    if (!head.ok) return head;
    if (head.value?.size !== digest.size) return ok('absent');
    return ok(now() - head.value.modifiedAt > REFRESH_AFTER_MS ? 'old' : 'young');
  };

  const read = async (digest: Digest, sink: Sink): Promise<StoreResult<undefined>> => {
    const content = await readContent(bucket, digest, sink);
    if (!content.ok) return content;
    if (content.value === 'right') {
      if (verified.size >= MAX_REMEMBERED) verified.clear();
      verified.add(digest.hash);
      return ok(undefined);
    }
    // Bytes may have been changed on their way: only what is wrong twice is removed.
    const again = await readContent(bucket, digest, () => undefined);
    if (again.ok && again.value === 'wrong') await bucket.delete(blobKey(digest.hash));
    return fail({ code: 'store/corrupt', kind: 'blob', name: digest.hash, detail: 'other content' });
  };

  const putSpooled = async (spooled: Spooled): ReturnType<StreamBlobStore['putBytes']> => {
    const { digest, bytes } = spooled;
    const found = await find(digest);
    if (!found.ok) return found;
    if (found.value === 'young') return ok({ digest, added: false });
    const key = blobKey(digest.hash);
    const put = bytes === undefined ? await bucket.putParts(key, spooled.parts()) : await bucket.put(key, bytes);
    return put.ok ? ok({ digest, added: found.value === 'absent' }) : put;
  };

  const putStream: StreamBlobStore['putStream'] = async (source, accept = () => true) => {
    await using spooled = await spool(source);
    return accept(spooled.digest) ? await putSpooled(spooled) : ok(undefined);
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
      return await putSpooled(await spool(single(bytes)));
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

    async readRange(digest, range, sink) {
      const isWhole = range.start === 0 && range.end >= digest.size - 1;
      if (isWhole) return await read(digest, sink);
      if (!verified.has(digest.hash)) {
        const whole = await read(digest, () => undefined);
        if (!whole.ok) return whole;
      }
      const body = await bucket.get(blobKey(digest.hash), range);
      if (!body.ok) return body;
      const stream = body.value;
      if (stream === undefined) return fail(missing(digest));
      return await attemptS3(blobKey(digest.hash), async () => {
        for await (const piece of stream) await sink(piece as Uint8Array);
        return undefined;
      });
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

async function readContent(bucket: Bucket, digest: Digest, sink: Sink): Promise<StoreResult<'right' | 'wrong'>> {
  const body = await bucket.get(blobKey(digest.hash));
  if (!body.ok) return body;
  const stream = body.value;
  if (stream === undefined) return fail(missing(digest));
  return await attemptS3(blobKey(digest.hash), async () => {
    const running = createRunningDigest();
    let left = digest.size;
    for await (const piece of stream) {
      const bytes = piece as Uint8Array;
      left -= bytes.length;
      if (left < 0) return 'wrong';
      running.update(bytes);
      await sink(bytes);
    }
    return isSameDigest(running.finish(), digest) ? 'right' : 'wrong';
  });
}

async function* single(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

function missing(digest: Digest): StoreFailure {
  return { code: 'store/missing', kind: 'blob', name: digest.hash };
}
