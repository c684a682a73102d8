import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { digestOf } from '@tr/hash';
import type { Entry, EntryUsage } from '@tr/store';
import { blobKey, createS3Stores, type Bucket } from '../src/index.js';
import { createMemoryBucket } from './memory-bucket.js';

const now = (): number => 1000;
const NAMES: Readonly<Record<string, string>> = { true: 'exact', absent: 'exact when new', false: 'ignored' };

function entryOf(text: string): Entry {
  const inline = Buffer.from(text);
  const name = { tenant: 't', scope: 'main', protocol: 'p', instance: '', key: 'k' };
  return { name, body: digestOf(inline), inline, createdAt: 1, durationMs: undefined, facts: {} };
}

describe('conditional writes', () => {
  for (const exact of [true, false]) {
    it(`are found to be ${exact ? 'exact' : 'ignored'}, and nothing is left of the probe`, async () => {
      const { bucket, objects } = createMemoryBucket(exact);
      const support = await createS3Stores(bucket, now).conditions.support();
      assert.deepEqual(support, { ok: true, value: { absent: exact, unchanged: exact } });
      assert.equal(objects.size, 0);
    });
  }

  for (const detail of ['NotImplemented', 'InvalidArgument', 'SlowDown'])
    it(`refused with ${detail}: ${detail === 'SlowDown' ? 'trouble' : 'there are none'}`, async () => {
      const { bucket } = createMemoryBucket(false);
      const refusing: Bucket = {
        ...bucket,
        put: async (key, body, condition) =>
          condition === undefined
            ? await bucket.put(key, body)
            : { ok: false, failure: { code: 'store/io', path: key, detail } },
      };
      const support = await createS3Stores(refusing, now).conditions.support();
      if (detail === 'SlowDown') assert.ok(!support.ok);
      else assert.deepEqual(support, { ok: true, value: { absent: false, unchanged: false } });
    });

  it('exact: of many racing writers one wins, the others know', async () => {
    const { bucket } = createMemoryBucket(true);
    const store = createS3Stores(bucket, now).entries;
    const puts = await Promise.all(Array.from({ length: 16 }, (_, at) => store.put(entryOf(`writer ${at}`))));
    const winners = puts.flatMap((put, at) => (put.ok && put.value === 'stored' ? [at] : []));
    assert.equal(winners.length, 1);
    const found = await store.get(entryOf('').name);
    assert.ok(found.ok && found.value?.inline);
    assert.equal(Buffer.from(found.value.inline).toString(), `writer ${winners[0]}`);
  });

  it('ignored: the first stays when the second comes later', async () => {
    const { bucket } = createMemoryBucket(false);
    const store = createS3Stores(bucket, now).entries;
    assert.deepEqual(await store.put(entryOf('a')), { ok: true, value: 'stored' });
    assert.deepEqual(await store.put(entryOf('b')), { ok: true, value: 'kept' });
  });

  it('ignored: of the racing writers of one process one wins all the same', async () => {
    const { bucket } = createMemoryBucket(false);
    const store = createS3Stores(bucket, now).entries;
    const puts = await Promise.all(Array.from({ length: 16 }, (_, at) => store.put(entryOf(`writer ${at}`))));
    assert.deepEqual(
      puts.map((put) => put.ok && put.value),
      puts.map((_, at) => (at === 0 ? 'stored' : 'kept')),
    );
  });

  for (const exact of [true, 'absent', false] as const) {
    it(`${NAMES[String(exact)]}: an unreadable object gives way to one of many writers, and no reader removes it`, async () => {
      const { bucket, objects } = createMemoryBucket(exact);
      const store = createS3Stores(bucket, now).entries;
      await store.put(entryOf('a'));
      const [key = ''] = objects.keys();
      objects.set(key, Buffer.from('{'));
      const torn = await store.get(entryOf('').name);
      assert.ok(!torn.ok && torn.failure.code === 'store/corrupt');
      assert.ok(objects.has(key));
      const puts = await Promise.all(['b', 'c', 'd', 'e'].map((text) => store.put(entryOf(text))));
      assert.equal(puts.filter((put) => put.ok && put.value === 'stored').length, 1);
      assert.equal(puts.filter((put) => put.ok && put.value === 'kept').length, 3);
    });

    it(`${NAMES[String(exact)]}: an entry of a later version is seen by upkeep, and gives way to the next one`, async () => {
      const { bucket, objects } = createMemoryBucket(exact);
      const store = createS3Stores(bucket, now).entries;
      await store.put(entryOf('a'));
      const [key = '', bytes] = [...objects][0] ?? [];
      objects.set(
        key,
        Buffer.from(
          Buffer.from(bytes ?? [])
            .toString()
            .replace('"version":1', '"version":99'),
        ),
      );
      const read = await store.get(entryOf('').name);
      assert.equal(!read.ok && read.failure.code === 'store/corrupt' && read.failure.detail, 'another version');
      const seen: EntryUsage[] = [];
      await store.scan((usage) => seen.push(usage));
      const { name, body, durationMs } = entryOf('a');
      assert.deepEqual(seen, [{ name, body, durationMs, hasBlob: false, usedAt: seen[0]?.usedAt }]);
      assert.deepEqual(await store.put(entryOf('b')), { ok: true, value: 'stored' });
    });

    it(`${NAMES[String(exact)]}: an entry that is of no use gives way once, and only itself`, async () => {
      const { bucket } = createMemoryBucket(exact);
      const store = createS3Stores(bucket, now).entries;
      const lost = entryOf('lost');
      await store.put(lost);
      assert.deepEqual(await store.put(entryOf('b'), { over: lost }), { ok: true, value: 'stored' });
      assert.deepEqual(await store.put(entryOf('c'), { over: lost }), { ok: true, value: 'kept' });
    });
  }

  it('an answer that was lost: the try after it meets its own object, which is stored', async () => {
    const { bucket } = createMemoryBucket(true);
    const retrying: Bucket = {
      ...bucket,
      put: async (key, body, condition) => {
        await bucket.put(key, body, condition);
        return await bucket.put(key, body, condition);
      },
    };
    const store = createS3Stores(retrying, now).entries;
    assert.deepEqual(await store.put(entryOf('a')), { ok: true, value: 'stored' });
    assert.deepEqual(await store.put(entryOf('b')), { ok: true, value: 'kept' });
  });
});

it('a list reads what is new or another one, not what the last list has read', async () => {
  const { bucket } = createMemoryBucket(true);
  const read: string[] = [];
  const watched: Bucket = {
    ...bucket,
    get: async (key, range) => {
      read.push(key);
      return await bucket.get(key, range);
    },
  };
  const store = createS3Stores(watched, now).entries;
  const named = (key: string, text: string): Entry => ({ ...entryOf(text), name: { ...entryOf('').name, key } });
  const list = async (): Promise<readonly string[]> => {
    const listed = await store.list(entryOf('').name);
    assert.ok(listed.ok);
    return listed.value.map(({ body }) => body.hash);
  };
  for (let at = 0; at < 20; at += 1) await store.put(named(`k${at}`, `first ${at}`));
  read.length = 0;
  assert.equal((await list()).length, 20);
  assert.equal(read.length, 20);
  await list();
  assert.equal(read.length, 20);
  await store.put(named('k7', 'another'), { replace: true });
  await store.put(named('k20', 'new'));
  read.length = 0;
  const last = await list();
  assert.equal(last.length, 21);
  const has = (text: string): boolean => last.includes(digestOf(Buffer.from(text)).hash);
  assert.ok(has('another') && has('new') && !has('first 7'));
  assert.equal(read.length, 2);
});

describe('blobs in a bucket', () => {
  const bytes = Buffer.alloc(1000, 'blob');
  const digest = digestOf(bytes);

  it('bytes that are wrong once are a miss, and stay', async () => {
    const { bucket, objects } = createMemoryBucket(true);
    const store = createS3Stores(bucket, now).blobs;
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
    const read = await createS3Stores(flipping, now).blobs.readBytes(digest);
    assert.ok(!read.ok && read.failure.code === 'store/corrupt');
    assert.ok(objects.has(blobKey(digest.hash)));
    assert.ok((await store.readBytes(digest)).ok);
  });

  it('bytes that are wrong twice are set aside, but not what a writer has put right in between', async () => {
    for (const isPutRight of [false, true]) {
      const { bucket, objects } = createMemoryBucket(true);
      const stores = createS3Stores(bucket, now);
      await stores.blobs.putBytes(bytes);
      const key = blobKey(digest.hash);
      objects.set(key, Buffer.alloc(1000, 'glob'));
      const racing: Bucket = {
        ...bucket,
        put: async (target, body, condition) => {
          if (isPutRight && target === key) objects.set(key, bytes);
          return await bucket.put(target, body, condition);
        },
      };
      const read = await createS3Stores(racing, now).blobs.readBytes(digest);
      assert.ok(!read.ok && read.failure.code === 'store/corrupt');
      const missing = await stores.blobs.findMissing([digest]);
      assert.deepEqual(missing, { ok: true, value: isPutRight ? [] : [digest] });
    }
  });

  it('a connection that breaks off is followed by another one, from where it was; not for ever', async () => {
    for (const [breaks, isRead] of [
      [2, true],
      [3, false],
    ] as const) {
      const { bucket } = createMemoryBucket(true);
      await createS3Stores(bucket, now).blobs.putBytes(bytes);
      const starts: (number | undefined)[] = [];
      const breaking: Bucket = {
        ...bucket,
        get: async (key, range) => {
          starts.push(range?.start);
          const body = await bucket.get(key, range);
          if (!body.ok || body.value === undefined || starts.length > breaks) return body;
          return { ok: true, value: { ...body.value, bytes: breakingOff(body.value.bytes) } };
        },
      };
      const read = await createS3Stores(breaking, now).blobs.readBytes(digest);
      assert.equal(read.ok, isRead);
      assert.deepEqual(starts, [undefined, 100, 200]);
      if (read.ok) assert.deepEqual(Buffer.from(read.value), bytes);
    }
  });

  it('a sink that fails is not served again', async () => {
    const { bucket } = createMemoryBucket(true);
    const store = createS3Stores(bucket, now).blobs;
    await store.putBytes(bytes);
    let count = 0;
    const read = await store.read(digest, () => {
      count++;
      throw new Error('gone');
    });
    assert.ok(!read.ok);
    assert.equal(count, 1);
  });

  it('a large stream is put in parts, and not at all when it is not accepted', async () => {
    const { bucket, objects } = createMemoryBucket(true);
    const store = createS3Stores(bucket, now).blobs;
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
    await assert.rejects(createS3Stores(bucket, now).blobs.putStream(broken()), /gone/);
    assert.equal(objects.size, 0);
  });

  it('what comes in leaves no file behind, also when the process is killed meanwhile', async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'tr-spool-'));
    const { TMPDIR: before } = process.env;
    process.env['TMPDIR'] = directory;
    t.after(() => {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
      rmSync(directory, { recursive: true });
    });
    const { bucket, objects } = createMemoryBucket(true);
    const pieces = [Buffer.alloc(9_000_000, 'a'), Buffer.alloc(9_000_000, 'b')];
    const left: (readonly string[])[] = [];
    const source = async function* () {
      for (const piece of pieces) {
        yield piece;
        left.push(readdirSync(directory));
      }
    };
    const put = await createS3Stores(bucket, now).blobs.putStream(source());
    assert.ok(put.ok && put.value !== undefined);
    assert.deepEqual(left, [[], []]);
    assert.ok(Buffer.concat(pieces).equals(objects.get(blobKey(put.value.digest.hash)) ?? new Uint8Array()));
  });

  it('a part is read only from verified content', async () => {
    const { bucket, objects } = createMemoryBucket(true);
    const store = createS3Stores(bucket, now).blobs;
    await store.putBytes(Buffer.from('hello world'));
    const hello = digestOf(Buffer.from('hello world'));
    const part: Uint8Array[] = [];
    assert.ok((await store.readRange(hello, { start: 6, end: 8 }, (piece) => void part.push(piece))).ok);
    assert.equal(Buffer.concat(part).toString(), 'wor');
    objects.set(blobKey(hello.hash), Buffer.from('hello wOrld'));
    const fresh = createS3Stores(bucket, now).blobs;
    assert.ok(!(await fresh.readRange(hello, { start: 6, end: 8 }, () => undefined)).ok);
  });

  it('a part of an object that took the place of the verified one is verified as well', async () => {
    const { bucket, objects } = createMemoryBucket(true);
    const hello = digestOf(Buffer.from('hello world'));
    const key = blobKey(hello.hash);
    const readWorld = async (there: Bucket, change: () => void): Promise<string> => {
      const store = createS3Stores(there, now).blobs;
      await store.putBytes(Buffer.from('hello world'));
      assert.ok((await store.readBytes(hello)).ok);
      change();
      const part: Uint8Array[] = [];
      const read = await store.readRange(hello, { start: 6, end: 10 }, (piece) => void part.push(piece));
      return read.ok ? Buffer.concat(part).toString() : read.failure.code;
    };
    assert.equal(await readWorld(bucket, () => objects.set(key, Buffer.from('hello wOrld'))), 'store/corrupt');
    // What S3 calls it changes with a copy, too.
    let copies = 0;
    const copied: Bucket = {
      ...bucket,
      get: async (asked, range) => {
        const body = await bucket.get(asked, range);
        return body.ok && body.value ? { ok: true, value: { ...body.value, etag: `"copy ${copies}"` } } : body;
      },
    };
    assert.equal(await readWorld(copied, () => copies++), 'world');
    assert.equal(await readWorld(bucket, () => objects.delete(key)), 'store/missing');
  });

  it('of an object that is too large hardly more is read than there should be', async () => {
    const { bucket } = createMemoryBucket(true);
    await createS3Stores(bucket, now).blobs.putBytes(bytes);
    let count = 0;
    const endless: Bucket = {
      ...bucket,
      get: async (key, range) => {
        const body = await bucket.get(key, range);
        const more = async function* (): AsyncIterable<Uint8Array> {
          if (body.ok && body.value !== undefined) yield* body.value.bytes;
          for (; count < 1000; count++) yield Buffer.alloc(100);
        };
        const isBlob = key === blobKey(digest.hash);
        return body.ok && body.value && isBlob ? { ok: true, value: { ...body.value, bytes: more() } } : body;
      },
    };
    const store = createS3Stores(endless, now).blobs;
    const read = await store.readBytes(digest);
    assert.ok(!read.ok && read.failure.code === 'store/corrupt');
    assert.ok(count < 3, `${count} pieces too many`);
  });

  it('one that was set aside is of no use, and is not written by those who read it', async () => {
    const { bucket, objects } = createMemoryBucket(true);
    await createS3Stores(bucket, now).blobs.putBytes(bytes);
    objects.set(blobKey(digest.hash), Buffer.alloc(0));
    const puts: string[] = [];
    const watched: Bucket = {
      ...bucket,
      put: async (key, body, condition) => {
        puts.push(key);
        return await bucket.put(key, body, condition);
      },
    };
    const read = await createS3Stores(watched, now).blobs.readBytes(digest);
    assert.ok(!read.ok && read.failure.code === 'store/corrupt');
    assert.deepEqual(puts, []);
  });
});

async function* breakingOff(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const piece of bytes) {
    yield piece.subarray(0, 100);
    throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
  }
}
