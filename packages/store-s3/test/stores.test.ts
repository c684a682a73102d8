import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { digestOf } from '@tr/hash';
import type { Entry } from '@tr/store';
import { blobKey, createConditionalWrites, createS3BlobStore, createS3EntryStore, type Bucket } from '../src/index.js';
import { createMemoryBucket } from './memory-bucket.js';

const now = (): number => 1000;

function entryOf(text: string): Entry {
  const inline = Buffer.from(text);
  const name = { tenant: 't', scope: 'main', protocol: 'p', instance: '', key: 'k' };
  return { name, body: digestOf(inline), inline, createdAt: 1, durationMs: undefined, facts: {} };
}

describe('conditional writes', () => {
  for (const exact of [true, false]) {
    it(`are found to be ${exact ? 'exact' : 'ignored'}, and nothing is left of the probe`, async () => {
      const { bucket, objects } = createMemoryBucket(exact);
      assert.deepEqual(await createConditionalWrites(bucket).areExact(), { ok: true, value: exact });
      assert.equal(objects.size, 0);
    });
  }

  it('exact: of many racing writers one wins, the others know', async () => {
    const { bucket } = createMemoryBucket(true);
    const store = createS3EntryStore(bucket, { conditions: createConditionalWrites(bucket), now });
    const puts = await Promise.all(Array.from({ length: 16 }, (_, at) => store.put(entryOf(`writer ${at}`))));
    const winners = puts.flatMap((put, at) => (put.ok && put.value === 'stored' ? [at] : []));
    assert.equal(winners.length, 1);
    const found = await store.get(entryOf('').name);
    assert.ok(found.ok && found.value?.inline);
    assert.equal(Buffer.from(found.value.inline).toString(), `writer ${winners[0]}`);
  });

  it('ignored: the first stays when the second comes later', async () => {
    const { bucket } = createMemoryBucket(false);
    const store = createS3EntryStore(bucket, { conditions: createConditionalWrites(bucket), now });
    assert.deepEqual(await store.put(entryOf('a')), { ok: true, value: 'stored' });
    assert.deepEqual(await store.put(entryOf('b')), { ok: true, value: 'kept' });
  });

  it('an unreadable object gives way, also to a conditional write', async () => {
    const { bucket, objects } = createMemoryBucket(true);
    const store = createS3EntryStore(bucket, { conditions: createConditionalWrites(bucket), now });
    await store.put(entryOf('a'));
    const [key = ''] = objects.keys();
    objects.set(key, Buffer.from('{'));
    assert.deepEqual(await store.put(entryOf('b')), { ok: true, value: 'stored' });
  });
});

describe('blobs in a bucket', () => {
  const bytes = Buffer.alloc(1000, 'blob');
  const digest = digestOf(bytes);

  it('bytes that are wrong once are a miss, and stay', async () => {
    const { bucket, objects } = createMemoryBucket(true);
    const store = createS3BlobStore(bucket, now);
    await store.putBytes(bytes);
    let isFirst = true;
    const flipping: Bucket = {
      ...bucket,
      get: async (key, range) => {
        const right = await bucket.get(key, range);
        if (!isFirst) return right;
        isFirst = false;
        objects.set('wrong', Buffer.alloc(1000, 'glob'));
        return await bucket.get('wrong');
      },
    };
    const read = await createS3BlobStore(flipping, now).readBytes(digest);
    assert.ok(!read.ok && read.failure.code === 'store/corrupt');
    assert.ok(objects.has(blobKey(digest.hash)));
    assert.ok((await store.readBytes(digest)).ok);
  });

  it('a large stream is put in parts, and not at all when it is not accepted', async () => {
    const { bucket, objects } = createMemoryBucket(true);
    const store = createS3BlobStore(bucket, now);
    const large = Buffer.alloc(20 * 1024 * 1024, 'large');
    const pieces = async function* () {
      for (let at = 0; at < large.length; at += 1_000_003) yield large.subarray(at, at + 1_000_003);
    };
    assert.deepEqual(await store.putStream(pieces(), () => false), { ok: true, value: undefined });
    assert.equal(objects.size, 0);
    const put = await store.putStream(pieces(), ({ hash }) => hash === digestOf(large).hash);
    assert.ok(put.ok && put.value?.added);
    assert.deepEqual(digestOf(objects.get(blobKey(digestOf(large).hash)) ?? Buffer.alloc(0)), digestOf(large));
  });

  it('a stream that breaks leaves nothing', async () => {
    const { bucket, objects } = createMemoryBucket(true);
    const broken = async function* () {
      yield Buffer.alloc(9 * 1024 * 1024);
      throw new Error('gone');
    };
    await assert.rejects(createS3BlobStore(bucket, now).putStream(broken()), /gone/);
    assert.equal(objects.size, 0);
  });

  it('a part is read only from verified content', async () => {
    const { bucket, objects } = createMemoryBucket(true);
    const store = createS3BlobStore(bucket, now);
    await store.putBytes(Buffer.from('hello world'));
    const hello = digestOf(Buffer.from('hello world'));
    const part: Uint8Array[] = [];
    assert.ok((await store.readRange(hello, { start: 6, end: 8 }, (piece) => void part.push(piece))).ok);
    assert.equal(Buffer.concat(part).toString(), 'wor');
    objects.set(blobKey(hello.hash), Buffer.from('hello wOrld'));
    const fresh = createS3BlobStore(bucket, now);
    assert.ok(!(await fresh.readRange(hello, { start: 6, end: 8 }, () => undefined)).ok);
  });
});
