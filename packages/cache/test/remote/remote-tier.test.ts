import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { sha256 } from '@tr/hash';
import { MANIFEST_VERSION, type ActionKey, type Manifest, type RemoteFailure, type TaskId } from '@tr/model';
import {
  createFileActionStore,
  createFileChunkLists,
  createFileEntryStore,
  createFileStreamBlobStore,
  createMemoryBlobStore,
  listBlobs,
  nodeDisk,
  openCacheFolder,
} from '@tr/store';
import { ChunkIndex } from '../../src/remote/chunk-index.js';
import { createHttpBackend } from '../../src/remote/http/http-backend.js';
import type { RemoteBackend } from '../../src/remote/remote-backend.js';
import { RefusedEntries } from '../../src/remote/refused-entries.js';
import type { Landing } from '../../src/remote/remote-tier.js';
import { openRemote } from './open-remote.js';
import { createStoreBackend } from '../../src/remote/store-backend.js';

const TASK = 'a#build' as TaskId;
const never = new AbortController().signal;
const directories: string[] = [];
afterEach(() => directories.splice(0).forEach((path) => rmSync(path, { recursive: true, force: true })));

function openFolder() {
  const directory = mkdtempSync(join(tmpdir(), 'tr-remote-'));
  directories.push(directory);
  return openCacheFolder({ directory, disk: nodeDisk });
}

const now = (): number => 1000;

/** One machine's local stores. */
function machine(): Landing {
  const folder = openFolder();
  return {
    blobs: createFileStreamBlobStore(folder),
    actions: createFileActionStore(folder, { now }),
    lists: createFileChunkLists(folder),
    refused: new RefusedEntries(nodeDisk, join(folder.root, 'refused')),
    chunks: new ChunkIndex(nodeDisk, join(folder.root, 'chunks')),
    arrivals: undefined,
  };
}

/** What machines share, with every call and every byte of chunks counted. */
function shared() {
  const blobs = new Map<string, Uint8Array>();
  const backend = createStoreBackend({
    blobs: createMemoryBlobStore(blobs),
    entries: createFileEntryStore(openFolder(), { now }),
    scope: 'main',
    parents: [],
    now,
  });
  const counts = { calls: [] as string[], up: 0, down: 0 };
  const counted: RemoteBackend = {
    lookup: (keys, signal) => (counts.calls.push('lookup'), backend.lookup(keys, signal)),
    findMissing: (chunks, signal) => (counts.calls.push('missing'), backend.findMissing(chunks, signal)),
    getChunks: (chunks, signal) => {
      counts.calls.push('get');
      for (const { size } of chunks) counts.down += size;
      return backend.getChunks(chunks, signal);
    },
    putChunks: (chunks, signal) => {
      counts.calls.push('put');
      for (const { size } of chunks) counts.up += size;
      return backend.putChunks(chunks, signal);
    },
    putEntry: (key, bytes, signal) => {
      counts.calls.push('entry');
      counts.up += bytes.length;
      return backend.putEntry(key, bytes, signal);
    },
  };
  return { backend: counted, blobs, counts };
}

function openTier(backend: RemoteBackend, landing: Landing) {
  const warnings: RemoteFailure[] = [];
  const tier = openRemote(backend, (failure) => void warnings.push(failure))(landing);
  return { tier, warnings };
}

async function save(landing: Landing, word: string, files: Readonly<Record<string, Uint8Array>>): Promise<Manifest> {
  const put = async (bytes: Uint8Array) => {
    const stored = await landing.blobs.putBytes(bytes);
    if (!stored.ok) throw new Error(stored.failure.code);
    return stored.value.digest;
  };
  const entries: Manifest['entries'][number][] = [];
  for (const [path, bytes] of Object.entries(files))
    entries.push({ type: 'file', path, executable: false, digest: await put(bytes) });
  const manifest: Manifest = {
    formatVersion: MANIFEST_VERSION,
    actionKey: sha256(word) as string as ActionKey,
    task: TASK,
    entries,
    log: await put(Buffer.from(`log of ${word}`)),
    fingerprint: await put(Buffer.from('{}')),
    externalClosure: undefined,
    durationMs: 7,
    producer: '0',
    createdAt: 1000,
  };
  await landing.actions.put(manifest);
  return manifest;
}

async function send(backend: RemoteBackend, landing: Landing, manifest: Manifest): Promise<readonly RemoteFailure[]> {
  const { tier, warnings } = openTier(backend, landing);
  tier.offer(manifest);
  await tier.finish(never);
  return warnings;
}

async function bring(backend: RemoteBackend, landing: Landing, key: ActionKey) {
  const { tier, warnings } = openTier(backend, landing);
  const found = await tier.lookup(key, TASK);
  const reason = found.ok ? found.value && (await tier.bringHome(found.value)) : found.failure;
  await tier.finish(never);
  return { isHit: found.ok && found.value !== undefined && reason === undefined, reason, warnings };
}

function noise(seed: string, length: number): Buffer {
  return createHash('shake256', { outputLength: length }).update(seed).digest();
}

describe('remote tier', () => {
  it('a small result takes one request each way', async () => {
    const { backend, counts } = shared();
    const [a, b] = [machine(), machine()];
    const manifest = await save(a, 'small', { 'dist/a': Buffer.from('hello'), 'dist/b': noise('b', 20_000) });
    assert.deepEqual(await send(backend, a, manifest), []);
    assert.deepEqual(counts.calls.splice(0), ['entry']);
    assert.ok((await bring(backend, b, manifest.actionKey)).isHit);
    assert.deepEqual(counts.calls, ['lookup']);
    assert.deepEqual(await b.blobs.findMissing(listBlobs(manifest)), { ok: true, value: [] });
    const stored = await b.actions.get(manifest.actionKey);
    assert.deepEqual(stored.ok && stored.value?.manifest, manifest);
  });

  it('is a miss without a reason when there is none', async () => {
    const { backend } = shared();
    assert.deepEqual(await bring(backend, machine(), sha256('x') as string as ActionKey), {
      isHit: false,
      reason: undefined,
      warnings: [],
    });
  });

  it('of a dump that grew by 1 % both ways move at most 10 %', async () => {
    const { backend, counts } = shared();
    const [a, b] = [machine(), machine()];
    const rows = noise('rows', 40_000_000);
    const before = await save(a, 'before', { 'dump.sql': rows });
    await send(backend, a, before);
    assert.ok((await bring(backend, b, before.actionKey)).isHit);
    assert.ok(counts.up > 39_000_000 && counts.down > 39_000_000);
    Object.assign(counts, { up: 0, down: 0 });
    // Rows of two tables, one of them in the middle of the dump.
    const grown = Buffer.concat([
      rows.subarray(0, 15_000_000),
      noise('new', 200_000),
      rows.subarray(15_000_000),
      noise('more', 200_000),
    ]);
    const after = await save(a, 'after', { 'dump.sql': grown });
    await send(backend, a, after);
    assert.ok(counts.up <= 4_000_000, `${counts.up} bytes up`);
    assert.ok((await bring(backend, b, after.actionKey)).isHit);
    assert.ok(counts.down <= 4_000_000, `${counts.down} bytes down`);
    assert.deepEqual(await b.blobs.findMissing(listBlobs(after)), { ok: true, value: [] });
  });

  it('of 3,000 files one of which changed both ways move at most 15 %', async () => {
    const { backend, counts } = shared();
    const [a, b] = [machine(), machine()];
    const files = Object.fromEntries(
      Array.from({ length: 3000 }, (_, at) => [
        `node_modules/p${String(at).padStart(4, '0')}/index.js`,
        noise(`file ${at}`, 6000),
      ]),
    );
    const before = await save(a, 'before', files);
    await send(backend, a, before);
    assert.ok((await bring(backend, b, before.actionKey)).isHit);
    assert.ok(counts.calls.length < 40, `${counts.calls.length} requests`);
    Object.assign(counts, { up: 0, down: 0 });
    const after = await save(a, 'after', { ...files, 'node_modules/p1500/index.js': noise('changed', 7000) });
    await send(backend, a, after);
    assert.ok(counts.up <= 18_000_000 * 0.15, `${counts.up} bytes up`);
    assert.ok((await bring(backend, b, after.actionKey)).isHit);
    assert.ok(counts.down <= 18_000_000 * 0.15, `${counts.down} bytes down`);
  });

  it('a local chunk that is not what it was is fetched after all', async () => {
    const { backend } = shared();
    const [a, b] = [machine(), machine()];
    const rows = noise('rows', 6_000_000);
    const before = await save(a, 'before', { dump: rows });
    await send(backend, a, before);
    // The other machine believes that chunks of this dump lie in a blob that has other bytes.
    const chunks = new ChunkIndex(nodeDisk, join(openFolder().root, 'chunks'));
    const liar = await b.blobs.putBytes(noise('other', 6_000_000));
    assert.ok(liar.ok);
    const lying = { ...b, chunks };
    chunks.find = (hash) => (hash === '' ? undefined : { blob: liar.value.digest, start: 0, length: 1_000_000 });
    assert.ok((await bring(backend, lying, before.actionKey)).isHit);
    assert.deepEqual(await b.blobs.findMissing(listBlobs(before)), { ok: true, value: [] });
  });

  it('a chunk that is gone is a miss, and the result can be sent again', async () => {
    const { backend, blobs } = shared();
    const a = machine();
    const manifest = await save(a, 'key', { big: noise('big', 3_000_000) });
    await send(backend, a, manifest);
    const [lost = ''] = blobs.keys();
    blobs.delete(lost);
    const missed = await bring(backend, machine(), manifest.actionKey);
    assert.equal(missed.reason?.reason, 'remote-unavailable');
    await send(backend, a, manifest);
    assert.ok((await bring(backend, machine(), manifest.actionKey)).isHit);
  });

  it('another result takes the place of one that lost its chunks or its body, and of no other', async () => {
    const { backend, blobs } = shared();
    const [a, b] = [machine(), machine()];
    // All of it travels in its entry, which is then too large to be kept in the object of its name.
    const small = noise('first', 40_000);
    for (const content of [noise('first', 3_000_000), small]) {
      const first = await save(a, 'x', { 'dist/a': content });
      await send(backend, a, first);
      const other = await save(b, 'x', { 'dist/a': noise('second', content.length) });
      await send(backend, b, other);
      const kept = machine();
      assert.ok((await bring(backend, kept, first.actionKey)).isHit);
      assert.deepEqual(await kept.blobs.findMissing(listBlobs(first)), { ok: true, value: [] }, 'the first one stays');
      blobs.clear();
      await send(backend, b, other);
      const next = machine();
      assert.ok((await bring(backend, next, first.actionKey)).isHit);
      assert.deepEqual(await next.blobs.findMissing(listBlobs(other)), { ok: true, value: [] });
      blobs.clear();
    }
  });

  it('an entry that was of no use is not asked for again, unless it is another one', async () => {
    const { backend, counts } = shared();
    const [a, b] = [machine(), machine()];
    const manifest = await save(a, 'x', { 'dist/a': noise('x', 300_000) });
    await send(backend, a, manifest);
    const { tier } = openTier(backend, b);
    const found = await tier.lookup(manifest.actionKey, TASK, false);
    assert.ok(found.ok && found.value !== undefined);
    tier.refuse(found.value.manifestDigest);
    counts.calls.length = 0;
    const again = await bring(backend, b, manifest.actionKey);
    assert.deepEqual(
      [again.isHit, again.reason?.reason, again.warnings, counts.calls],
      [false, 'integrity', [], ['lookup']],
    );
    assert.ok((await bring(backend, machine(), manifest.actionKey)).isHit, 'other machines find out for themselves');
  });

  it('chunks with other bytes are never brought in', async () => {
    const { backend } = shared();
    const [a, b] = [machine(), machine()];
    const manifest = await save(a, 'key', { big: noise('big', 3_000_000) });
    await send(backend, a, manifest);
    const hostile: RemoteBackend = {
      ...backend,
      getChunks: async (chunks) => ({ ok: true, value: chunks.map(({ size }) => noise('evil', size)) }),
    };
    const missed = await bring(hostile, b, manifest.actionKey);
    assert.deepEqual(missed.reason?.reason, 'integrity');
    assert.deepEqual(await b.actions.get(manifest.actionKey), { ok: true, value: undefined });
  });

  it('an entry of another task or another key is an integrity miss', async () => {
    const { backend } = shared();
    const a = machine();
    const manifest = await save(a, 'key', { x: Buffer.from('x') });
    await send(backend, a, manifest);
    const swapped: RemoteBackend = {
      ...backend,
      lookup: async ([key], signal) => {
        const found = await backend.lookup([manifest.actionKey], signal);
        const bytes = found.ok ? found.value.get(manifest.actionKey) : undefined;
        return { ok: true, value: new Map(key && bytes ? [[key, bytes]] : []) };
      },
    };
    const other = await bring(swapped, machine(), sha256('other') as string as ActionKey);
    assert.equal(other.reason?.reason, 'integrity');
    const { tier } = openTier(backend, machine());
    const found = await tier.lookup(manifest.actionKey, 'b#build' as TaskId);
    assert.ok(!found.ok && found.failure.reason === 'integrity');
    await tier.finish(never);
  });

  for (const name of ['lookup', 'getChunks', 'findMissing', 'putChunks', 'putEntry', 'close'] as const)
    it(`a bug in \`${name}\` is a miss or an upload that was not done, with one warning`, async () => {
      const { backend } = shared();
      const broken: RemoteBackend = {
        ...backend,
        [name]: () => {
          throw new TypeError('a bug of this test');
        },
      };
      const landing = machine();
      // Too large for one request.
      const manifest = await save(landing, 'bug', { 'dist/a': noise('bug', 3_000_000) });
      const isRead = name === 'lookup' || name === 'getChunks';
      const warnings = await send(isRead ? backend : broken, landing, manifest);
      const brought = await bring(isRead ? broken : backend, machine(), manifest.actionKey);
      assert.equal(brought.isHit, name === 'close');
      if (isRead) assert.equal(brought.reason?.reason, 'remote-unavailable');
      const told = isRead ? brought.warnings : warnings;
      assert.deepEqual(
        told.map(({ code }) => code),
        ['remote/unexpected'],
      );
      assert.match(JSON.stringify(told), /a bug of this test \(remote-tier\.test\.js:/);
    });

  it('a bug in what lands here is a miss, with one warning, whether anybody waits for it or not', async () => {
    const { backend } = shared();
    const landing = machine();
    const manifest = await save(landing, 'bug', { 'dist/a': noise('bug', 3_000_000) });
    assert.deepEqual(await send(backend, landing, manifest), []);
    const bug = (): never => {
      throw new TypeError('a bug of this test');
    };
    for (const broken of [
      { ...machine(), actions: { ...machine().actions, put: bug } },
      { ...machine(), blobs: { ...machine().blobs, findMissing: bug } },
    ]) {
      const { isHit, reason, warnings } = await bring(backend, broken, manifest.actionKey);
      assert.deepEqual([isHit, reason?.reason], [false, 'remote-unavailable']);
      assert.deepEqual(
        warnings.map(({ code }) => code),
        ['remote/unexpected'],
      );
      assert.match(JSON.stringify(warnings), /a bug of this test/);
      const { tier } = openTier(backend, broken);
      await tier.lookup(manifest.actionKey, TASK);
      await tier.finish(never);
    }
  });

  it('a connection that cannot even be made is a miss, and is closed all the same', async () => {
    const url = new URL('http://127.0.0.1:9');
    const backend = createHttpBackend({ url, token: async () => undefined, userAgent: 'x', proxy: 'no proxy at all' });
    const { isHit, reason, warnings } = await bring(backend, machine(), sha256('x') as string as ActionKey);
    assert.deepEqual([isHit, reason?.reason], [false, 'remote-unavailable']);
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ['remote/unexpected'],
    );
  });
});
