import assert from 'node:assert/strict';
import { chmodSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { createFileEntryStore, createFileStreamBlobStore, nodeDisk, openCacheFolder } from '@tr/store';
import { call, startTestServer, type TestServer } from './rig/server.js';

const MIB = 1024 * 1024;
const pathOf = (word: string): string => `/v8/artifacts/${word}?slug=team`;

function contentOf(size: number): Buffer {
  const content = Buffer.alloc(size, 'a content that repeats itself; ');
  for (let at = 0; at < size; at += 4096) content.writeUInt32LE(at, Math.min(at, size - 4));
  return content;
}

async function put(server: TestServer, word: string, body: Buffer): Promise<void> {
  const answer = await call(server, pathOf(word), { method: 'PUT', token: server.token('main'), body });
  assert.equal(answer.status, 202);
}

function filesOf(server: TestServer, kind: 'blobs' | 'entries'): readonly string[] {
  const root = join(server.directory, 'v1', kind);
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** A byte of every blob, behind the server's back. */
function damage(server: TestServer): void {
  for (const path of filesOf(server, 'blobs')) {
    chmodSync(path, 0o644);
    writeFileSync(path, 'X', { flag: 'r+' });
    utimesSync(path, 1, 1);
  }
}

test('bodies of every size come back whole, from one server at once and from one that starts later', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  const sizes = [20_000, MIB - 1, MIB, MIB + 1, 5 * MIB + 17];
  for (const size of sizes) await put(server, `of${size}`, contentOf(size));
  // More at once than there are buffers to lend.
  const wanted = Array.from({ length: 150 }, (_, at) => sizes[at % sizes.length] ?? 0);
  await Promise.all(
    wanted.map(async (size) => {
      const answer = await call(server, pathOf(`of${size}`), { token });
      assert.equal(answer.headers.get('content-length'), String(size));
      assert.ok(Buffer.from(await answer.arrayBuffer()).equals(contentOf(size)), `${size} bytes`);
    }),
  );
});

test('a damaged body is a miss when it is small, and breaks off before its end when it is large', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  await put(server, 'small', contentOf(100_000));
  await put(server, 'large', contentOf(3 * MIB));
  damage(server);
  assert.equal((await call(server, pathOf('small'), { token })).status, 404);
  const large = await call(server, pathOf('large'), { token });
  await assert.rejects(large.arrayBuffer());
  for (const word of ['small', 'large']) assert.equal((await call(server, pathOf(word), { token })).status, 404);
  const told = server.lines.filter((line) => line.includes('"damaged":1'));
  assert.equal(told.length, 2);
  assert.match(await (await call(server, '/metrics')).text(), /^tr_cache_damaged_total 2$/m);
  await put(server, 'small', contentOf(100_000));
  assert.equal((await call(server, pathOf('small'), { token })).status, 200);
});

test('an entry that is damaged is told, one of another version is not, and both are misses', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  const isTold = async (text: string): Promise<boolean> => {
    // What is of no use is set aside.
    await put(server, 'one', contentOf(100));
    for (const path of filesOf(server, 'entries')) {
      chmodSync(path, 0o644);
      writeFileSync(path, text);
    }
    const before = server.requests().length;
    assert.equal((await call(server, pathOf('one'), { token })).status, 404);
    while (server.requests().length === before) await new Promise((resolve) => setImmediate(resolve));
    return server.lines.at(-1)?.includes('"damaged":1') === true;
  };
  assert.equal(await isTold('{"version":999}'), false);
  assert.equal(await isTold('{'), true);
});

test('bodies are named by BLAKE3; where it cannot be computed they are misses that the next write replaces', async () => {
  await using server = await startTestServer();
  const content = contentOf(MIB);
  await put(server, 'body', content);
  assert.deepEqual(
    filesOf(server, 'blobs').map((path) => path.slice(-3)),
    ['-b3'],
  );
  const folder = openCacheFolder({ directory: server.directory, disk: nodeDisk });
  const stores = { blobs: createFileStreamBlobStore(folder), entries: createFileEntryStore(folder, { now: Date.now }) };
  await using other = await startTestServer(stores);
  assert.equal((await call(other, pathOf('body'), { token: other.token('main') })).status, 404);
  await put(other, 'body', content);
  for (const one of [other, server]) {
    const answer = await call(one, pathOf('body'), { token: one.token('main') });
    assert.ok(Buffer.from(await answer.arrayBuffer()).equals(content));
  }
  assert.deepEqual(
    filesOf(server, 'blobs')
      .map((path) => path.length)
      .sort((a, b) => a - b),
    [0, 3].map((more) => server.directory.length + '/v1/blobs/00/'.length + 64 + more),
  );
});

test('readers who go away leave their buffers behind', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  await put(server, 'large', contentOf(20 * MIB));
  for (let round = 0; round < 3; round++) {
    await Promise.all(
      Array.from(
        { length: 80 },
        () =>
          new Promise<void>((resolve) => {
            const sent = request(`${server.url}${pathOf('large')}`, { headers: { authorization: `Bearer ${token}` } });
            sent.on('error', () => {});
            sent.on('response', (answer) => {
              answer.on('error', () => {});
              answer.once('data', () => answer.destroy());
              answer.once('close', () => resolve());
            });
            sent.end();
          }),
      ),
    );
  }
  const answer = await call(server, pathOf('large'), { token });
  assert.ok(Buffer.from(await answer.arrayBuffer()).equals(contentOf(20 * MIB)));
});
