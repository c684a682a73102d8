/** A remote that answers with more than it should: memory stays bounded, whatever it says. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { digestOf, sha256 } from '@tr/hash';
import { ok, type ActionKey } from '@tr/model';
import type { Entry } from '@tr/store';
import { createHttpBackend, createStoreBackend, type RemoteBackend } from '../../src/index.js';
import { ForeseenLookups } from '../../src/remote/foreseen-lookups.js';
import { LookupBatcher } from '../../src/remote/lookup-batcher.js';
import { MAX_ENTRIES_IN_MEMORY } from '../../src/remote/remote-backend.js';

const LARGE = Buffer.alloc(8 << 20, 'x');
const { signal } = new AbortController();
const keysOf = (count: number): readonly ActionKey[] =>
  Array.from({ length: count }, (_, at) => sha256(String(at)) as string as ActionKey);

/** What a server answers, and which paths it was asked for. */
async function startServer(t: TestContext, answer: (path: string) => readonly (string | Uint8Array)[]) {
  const asked: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? '';
    asked.push(path);
    incoming.resume().on('end', () => outgoing.end(Buffer.concat(answer(path).map((part) => Buffer.from(part)))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = new URL(`http://127.0.0.1:${port}`);
  const backend = createHttpBackend({ url, token: () => Promise.resolve(undefined), userAgent: 'test' });
  t.after(async () => {
    await backend.close?.();
    server.close();
  });
  return { backend, asked };
}

async function bytesOf(backend: RemoteBackend, count: number): Promise<number> {
  const found = await backend.lookup(keysOf(count), signal);
  assert.ok(found.ok);
  return [...found.value.values()].reduce((sum, { length }) => sum + length, 0);
}

test('a server with 40 entries of 8 MiB in one lookup: the first ones count', async (t) => {
  const { backend, asked } = await startServer(t, (path) =>
    path.endsWith('/lookup')
      ? [`${JSON.stringify({ entries: Array.from({ length: 40 }, () => 'alone') })}\n`]
      : [LARGE],
  );
  assert.equal(await bytesOf(backend, 40), MAX_ENTRIES_IN_MEMORY);
  assert.equal(asked.length, 9);
});

test('a bucket with 40 entries of 8 MiB in one lookup: about as many count, and none that says it is larger', async () => {
  const size = { value: LARGE.length };
  const backend = createStoreBackend({
    blobs: { readBytes: () => Promise.resolve(ok(LARGE)) } as unknown as Parameters<
      typeof createStoreBackend
    >[0]['blobs'],
    entries: {
      get: () => Promise.resolve(ok({ body: { hash: sha256(''), size: size.value } } as Entry)),
    } as unknown as Parameters<typeof createStoreBackend>[0]['entries'],
    scope: 'main',
    parents: [],
    now: Date.now,
  });
  assert.ok((await bytesOf(backend, 40)) <= 2 * MAX_ENTRIES_IN_MEMORY);
  size.value++;
  assert.equal(await bytesOf(backend, 1), 0);
});

test('answers that wait for their question are no more than fit into memory', async () => {
  let asked = 0;
  const lookups = new LookupBatcher(async (keys) => {
    asked += keys.length;
    return await Promise.resolve(ok(new Map(keys.map((key) => [key, LARGE]))));
  }, 1);
  const foreseen = new ForeseenLookups(lookups);
  const keys = keysOf(30);
  let told = 0;
  void (async () => {
    for (const key of keys) {
      await foreseen.add(key);
      told++;
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  await settle();
  const before = asked;
  assert.ok(before <= 10, `${before} of them`);
  for (let at = 0; at < keys.length; at++) {
    if (at >= told) await settle();
    assert.ok((await foreseen.find(keys[at] as ActionKey)).ok);
  }
  assert.equal(told, keys.length);
});

test('a chunk that is sent twice, first right, then wrong, is not what it says', async (t) => {
  const right = digestOf(Buffer.from('right'));
  const { backend } = await startServer(t, () => [
    `${JSON.stringify({ chunks: [right, right].map(({ hash, size }) => [hash, size]) })}\n`,
    'rightwrong',
  ]);
  const found = await backend.getChunks([right], signal);
  assert.deepEqual(found.ok && found.value.map(String), ['wrong'], 'whoever asks compares it with its name');
});
