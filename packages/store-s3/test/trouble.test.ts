import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { StoreResult } from '@tr/store';
import { attemptS3 } from '../src/s3-failure.js';
import { createS3Client } from '../src/send-s3.js';
import { createS3Stores, guardBucket, type Bucket } from '../src/index.js';
import { watchBody } from '../src/watch-body.js';
import { createMemoryBucket } from './memory-bucket.js';

describe('a bucket that is down', () => {
  const failing = (code: 'store/io' | 'store/denied'): { readonly bucket: Bucket; readonly asked: () => number } => {
    let count = 0;
    const trouble = async (): Promise<StoreResult<never>> => {
      count++;
      return { ok: false, failure: { code, path: '', detail: 'x' } };
    };
    return { bucket: { ...createMemoryBucket(true).bucket, head: trouble }, asked: () => count };
  };

  it('is asked five times, then once in five seconds; the first answer ends that', async () => {
    let time = 0;
    const { bucket, asked } = failing('store/io');
    const guarded = guardBucket(bucket, () => time);
    for (let at = 0; at < 20; at++) assert.equal((await guarded.head('a')).ok, false);
    assert.equal(asked(), 5);
    const paused = await guarded.get('a');
    assert.deepEqual(paused, { ok: false, failure: { code: 'store/io', path: 'a', detail: 'Paused' } });
    time += 5_001;
    await guarded.head('a');
    await guarded.head('a');
    assert.equal(asked(), 6, 'one that tries');
    time += 5_001;
    assert.ok((await guarded.get('a')).ok);
    await guarded.head('a');
    assert.equal(asked(), 7);
  });

  it('a refusal is an answer', async () => {
    const { bucket, asked } = failing('store/denied');
    const guarded = guardBucket(bucket, () => 0);
    for (let at = 0; at < 20; at++) await guarded.head('a');
    assert.equal(asked(), 20);
  });
});

describe('the code of an error', () => {
  for (const [code, detail] of [
    ['SlowDown.1', 'SlowDown.1'],
    ['&#27;[31mred', 'an error without a code'],
    ['x'.repeat(1000), 'an error without a code'],
  ] as const) {
    it(`${code.slice(0, 20)} is told as ${detail}`, async () => {
      const server = createServer((_, answer) => answer.writeHead(400).end(`<Error><Code>${code}</Code></Error>`));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const place = { bucket: 'bucket', prefix: '', region: 'us-east-1', endpoint, forcePathStyle: true };
      Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' });
      const { send, close } = createS3Client(place, 10_000);
      try {
        const got = await attemptS3('a', () => send(new GetObjectCommand({ Bucket: 'bucket', Key: 'a' })));
        assert.deepEqual(got, { ok: false, failure: { code: 'store/io', path: 'a', detail } });
      } finally {
        close();
        server.close();
      }
    });
  }
});

describe('a temporary directory that cannot be used', () => {
  it('is trouble of the store, not a bug; what the source throws is thrown on', async () => {
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = '/nowhere/at/all';
    try {
      const { bucket, objects } = createMemoryBucket(true);
      const { blobs } = createS3Stores(bucket, () => 0);
      const large = Readable.from([Buffer.alloc(1024 * 1024), Buffer.alloc(1)]);
      const put = await blobs.putStream(large);
      assert.equal(put.ok, false);
      assert.ok(!put.ok && put.failure.code === 'store/io' && put.failure.detail === 'ENOENT');
      assert.match('path' in put.failure ? put.failure.path : '', /^\/nowhere\/at\/all\//);
      assert.ok((await blobs.putStream(Readable.from([Buffer.alloc(10)]))).ok, 'small ones need none');
      assert.equal(objects.size, 1);
      const broken = new Readable({ read: () => broken.destroy(new Error('broke off')) });
      await assert.rejects(blobs.putStream(broken), /broke off/);
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
  });
});

describe('a body', () => {
  const read = async (body: Readable, stallMs: number): Promise<number> => {
    let size = 0;
    for await (const bytes of watchBody(body, stallMs)) size += bytes.length;
    return size;
  };

  it('that comes is read whole, however long its reader takes', async () => {
    const body = Readable.from([Buffer.alloc(10), Buffer.alloc(20)], { objectMode: false });
    let size = 0;
    // Far more than a busy machine takes for what is in memory.
    for await (const bytes of watchBody(body, 500)) {
      await new Promise((resolve) => void setTimeout(resolve, 600));
      size += bytes.length;
    }
    assert.equal(size, 30);
  });

  it('that stops is given up', async () => {
    const body = new Readable({ read: () => undefined });
    body.push(Buffer.alloc(10));
    await assert.rejects(read(body, 20), { name: 'Stalled' });
    assert.ok(body.destroyed);
  });

  it('that comes byte by byte is given up', async () => {
    const body = new Readable({ read: () => undefined });
    const timer = setInterval(() => void body.push(Buffer.alloc(1)), 5);
    await assert.rejects(read(body, 100), { name: 'Stalled' });
    clearInterval(timer);
  });

  it('that is left early is ended', async () => {
    const body = Readable.from([Buffer.alloc(10), Buffer.alloc(20)], { objectMode: false });
    for await (const _ of watchBody(body, 1000)) break;
    assert.ok(body.destroyed);
  });
});
