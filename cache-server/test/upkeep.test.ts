import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { EntryUsage } from '@tr/store';
import type { Sha256 } from '@tr/model';
import { chooseEvictions } from '../src/upkeep/choose-evictions.js';
import type { Quotas } from '../src/index.js';
import { call, startTestServer, type TestServer } from './rig/server.js';

const NO_QUOTAS: Quotas = { totalBytes: undefined, scopeBytes: {}, maxAgeMs: undefined };
const MIB = 1024 * 1024;
const HOUR = 3_600_000;

function usage(key: string, rest: Partial<EntryUsage> & { bytes?: number; scope?: string } = {}): EntryUsage {
  const { bytes = MIB, scope = 'main', ...more } = rest;
  return {
    name: { tenant: 't', scope, protocol: 'p', instance: '', key },
    body: { hash: key.padEnd(64, '0') as Sha256, size: bytes },
    hasBlob: true,
    usedAt: 0,
    durationMs: 1000,
    ...more,
  };
}

function evictedKeys(usages: readonly EntryUsage[], quotas: Partial<Quotas>, wanted = 0, now = 0): readonly string[] {
  const place = wanted === 0 ? undefined : { tenant: 't', scope: 'main', bytes: wanted };
  const evicted = chooseEvictions(usages, { quotas: { ...NO_QUOTAS, ...quotas }, wanted: place, now });
  return [...evicted].map(({ name }) => name.key).sort();
}

test('what fits stays; then the least recently used goes', () => {
  const usages = [usage('a', { usedAt: 1 }), usage('b', { usedAt: 2 }), usage('c', { usedAt: 3 })];
  assert.deepEqual(evictedKeys(usages, { totalBytes: 3 * MIB }), []);
  assert.deepEqual(evictedKeys(usages, { totalBytes: 2.9 * MIB }), ['a']);
  assert.deepEqual(evictedKeys(usages, { totalBytes: 3 * MIB }, 2 * MIB), ['a', 'b', 'c']);
});

test('a small entry that saves much outlives a large one that saves little and was used a little later', () => {
  const small = usage('small', { bytes: MIB, durationMs: 600_000, usedAt: 0 });
  const large = usage('large', { bytes: 50 * MIB, durationMs: 2000, usedAt: 12 * HOUR });
  assert.deepEqual(evictedKeys([small, large], { totalBytes: 50 * MIB }), ['large']);
  const muchLater = { ...large, usedAt: 100 * HOUR };
  assert.deepEqual(evictedKeys([small, muchLater], { totalBytes: 50.5 * MIB }).includes('small'), true);
});

test('a quota of a scope touches no other scope', () => {
  const usages = [
    usage('a'),
    usage('b', { scope: 'pr/1' }),
    usage('c', { scope: 'pr/1', usedAt: 1 }),
    usage('d', { scope: 'pr/2' }),
  ];
  assert.deepEqual(evictedKeys(usages, { scopeBytes: { pr: 1.5 * MIB } }), ['b']);
  assert.deepEqual(evictedKeys(usages, { scopeBytes: { 'pr/1': MIB, '*': 0.5 * MIB } }), ['a', 'b', 'c', 'd']);
});

test('a scope has no quota that nobody gave it, whatever its name', () => {
  for (const scope of ['constructor', 'toString/1']) {
    assert.deepEqual(evictedKeys([usage('a', { scope })], { scopeBytes: { pr: MIB } }), [], scope);
    assert.deepEqual(evictedKeys([usage('a', { scope })], { scopeBytes: { '*': 0.5 * MIB } }), ['a'], scope);
  }
});

test('what is not used for too long goes', () => {
  assert.deepEqual(evictedKeys([usage('a'), usage('b', { usedAt: 5 * HOUR })], { maxAgeMs: 3 * HOUR }, 0, 6 * HOUR), [
    'a',
  ]);
});

async function put(server: TestServer, token: string, key: string, body: string): Promise<number> {
  return (await call(server, `/gradle/${key}`, { method: 'PUT', token, body })).status;
}

async function statuses(server: TestServer, token: string, keys: readonly string[]): Promise<readonly number[]> {
  return await Promise.all(keys.map(async (key) => (await call(server, `/gradle/${key}`, { token })).status));
}

/** The file of the only entry. */
function findEntry({ directory }: TestServer): string {
  const entries = join(directory, 'v1/entries');
  const found = readdirSync(entries, { recursive: true, withFileTypes: true }).find((each) => each.isFile());
  assert.ok(found !== undefined);
  return join(found.parentPath, found.name);
}

test('a full scope makes room by itself; what can never fit is 507 and evicts nothing', async () => {
  let time = Date.now() - HOUR;
  const quotas = { ...NO_QUOTAS, scopeBytes: { pr: 250_000 } };
  await using server = await startTestServer({ quotas, now: () => (time += 1000) });
  const [pull, main] = [server.token('pr/7'), server.token('main')];
  const body = (letter: string): string => letter.repeat(100_000);
  assert.equal(await put(server, main, '9', body('m').repeat(5)), 200, 'another scope has no quota');
  assert.equal(await put(server, pull, '1', body('a')), 200);
  assert.equal(await put(server, pull, '2', body('b')), 200);
  assert.equal(await put(server, pull, '4', body('x').repeat(3)), 507);
  assert.deepEqual(await statuses(server, pull, ['1', '2', '9']), [200, 200, 200]);
  assert.equal(await put(server, pull, '3', body('c')), 200);
  const left = await statuses(server, pull, ['1', '2']);
  assert.equal(left.filter((status) => status === 404).length, 1);
  assert.deepEqual(await statuses(server, pull, ['3', '9']), [200, 200]);
});

test('a body that comes without a length is held to the quota on its way', async () => {
  let time = Date.now() - HOUR;
  const quotas = { ...NO_QUOTAS, scopeBytes: { pr: 2.5 * MIB } };
  await using server = await startTestServer({ quotas, now: () => (time += 1000) });
  const pull = server.token('pr/7');
  let taken = 0;
  const putChunks = async (key: string, count: number): Promise<number> => {
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (taken++ < count) controller.enqueue(Buffer.alloc(MIB / 4, key));
        else controller.close();
      },
    });
    taken = 0;
    const init = { method: 'PUT', token: pull, body, duplex: 'half' } as const;
    return (await call(server, `/gradle/${key}`, init)).status;
  };
  assert.equal(await putChunks('1', 4), 200);
  assert.equal(await putChunks('2', 4), 200);
  assert.equal(await putChunks('3', 4), 200);
  assert.deepEqual(await statuses(server, pull, ['1', '2', '3']), [404, 200, 200]);
  assert.equal(await putChunks('4', 400), 507);
  assert.ok(taken < 400, 'refused before all of it came');
  assert.deepEqual(await statuses(server, pull, ['4']), [404]);
  assert.equal(await putChunks('5', 4), 200);
});

test('a body larger than any may be is 413', async () => {
  await using server = await startTestServer({ maxEntryBytes: 1000 });
  assert.equal(await put(server, server.token('main'), '1', 'x'.repeat(1001)), 413);
});

test('a blob goes with the last entry that names it; an entry without its blob is a miss and can be stored anew', async () => {
  await using server = await startTestServer();
  const [main, pull] = [server.token('main'), server.token('pr/7')];
  const body = 'shared '.repeat(10_000);
  await put(server, main, '1', body);
  await put(server, pull, '2', body);
  const blobs = join(server.directory, 'v1/blobs');
  const count = (): number => readdirSync(blobs, { recursive: true }).filter((name) => String(name).length > 60).length;
  assert.equal(count(), 1, 'stored once');
  rmSync(blobs, { recursive: true });
  assert.deepEqual(await statuses(server, main, ['1']), [404]);
  assert.equal(await put(server, main, '1', body), 200);
  assert.deepEqual(await statuses(server, main, ['1']), [200]);
  assert.deepEqual(await statuses(server, pull, ['2']), [200]);
});

test('upkeep removes blobs of evicted entries and keeps the others', async () => {
  // The clock of files is the real one; the server's is a day ahead.
  const quotas = { ...NO_QUOTAS, maxAgeMs: HOUR };
  let ahead = 0;
  await using server = await startTestServer({ quotas, now: () => Date.now() + ahead });
  const main = server.token('main');
  const nothing = { evictedEntries: 0, lostEntries: 0, removedBlobs: 0 };
  await put(server, main, '1', 'old '.repeat(10_000));
  assert.deepEqual(await server.running.upkeep.run(), { ...nothing, keptEntries: 1 });
  ahead = 24 * HOUR;
  const evicting = { ...nothing, keptEntries: 0, evictedEntries: 1, removedBlobs: 1 };
  assert.deepEqual(await server.running.upkeep.run(), evicting);
});

test('upkeep removes entries whose blob is gone', async () => {
  await using server = await startTestServer();
  const main = server.token('main');
  await put(server, main, '1', 'lost '.repeat(10_000));
  await put(server, main, '2', 'inline');
  rmSync(join(server.directory, 'v1/blobs'), { recursive: true });
  const report = { keptEntries: 1, evictedEntries: 0, lostEntries: 1, removedBlobs: 0 };
  assert.deepEqual(await server.running.upkeep.run(), report);
  assert.deepEqual(await statuses(server, main, ['1', '2']), [404, 200]);
});

test('what a newer server has stored in the same place is a miss here, and counted, kept and evicted with its body', async () => {
  const quotas = { ...NO_QUOTAS, maxAgeMs: 12 * HOUR };
  let ahead = 0;
  await using server = await startTestServer({ quotas, now: () => Date.now() + ahead });
  const main = server.token('main');
  await put(server, main, '1', 'newer '.repeat(10_000));
  const path = findEntry(server);
  writeFileSync(path, readFileSync(path, 'utf8').replace(/"version":\d+/, '"later":[],"version":99'));
  const bytes = readFileSync(path);
  assert.deepEqual(await statuses(server, main, ['1']), [404]);
  const kept = { keptEntries: 1, evictedEntries: 0, lostEntries: 0, removedBlobs: 0 };
  // A blob that nobody names would be old enough to go.
  ahead = 2 * HOUR;
  assert.deepEqual(await server.running.upkeep.run(), kept);
  assert.deepEqual(readFileSync(path), bytes);
  ahead = 24 * HOUR;
  assert.deepEqual(await server.running.upkeep.run(), { ...kept, keptEntries: 0, evictedEntries: 1, removedBlobs: 1 });
});

test('what a newer server has stored gives way to what is stored here', async () => {
  await using server = await startTestServer();
  const main = server.token('main');
  await put(server, main, '1', 'newer');
  const path = findEntry(server);
  writeFileSync(path, readFileSync(path, 'utf8').replace(/"version":\d+/, '"version":99'));
  assert.equal(await put(server, main, '1', 'ours'), 200);
  assert.deepEqual(await statuses(server, main, ['1']), [200]);
});

test('upkeep removes the folders of a scope that is no more, and what was set aside a week ago', async () => {
  const quotas = { ...NO_QUOTAS, maxAgeMs: 12 * HOUR };
  let ahead = 0;
  await using server = await startTestServer({ quotas, now: () => Date.now() + ahead });
  const [main, pull] = [server.token('main'), server.token('pr/7')];
  const entries = join(server.directory, 'v1/entries');
  const countFolders = (): number =>
    readdirSync(entries, { recursive: true, withFileTypes: true }).filter((each) => each.isDirectory()).length;
  await put(server, pull, '1', 'of a pull request');
  const path = findEntry(server);
  writeFileSync(path, '{');
  assert.deepEqual(await statuses(server, pull, ['1']), [404]);
  const quarantine = join(server.directory, 'v1/quarantine');
  assert.equal(readdirSync(quarantine).length, 1);
  assert.equal(await put(server, pull, '1', 'of a pull request'), 200);
  await server.running.upkeep.run();
  assert.equal(countFolders(), 3);
  for (let day = 1; day < 4; day++) {
    ahead = day * 24 * HOUR;
    await server.running.upkeep.run();
  }
  assert.equal(countFolders(), 0);
  assert.equal(readdirSync(quarantine).length, 1);
  ahead = 8 * 24 * HOUR;
  await server.running.upkeep.run();
  assert.equal(readdirSync(quarantine).length, 0);
  assert.equal(await put(server, main, '2', 'anew'), 200);
  assert.deepEqual(await statuses(server, main, ['2']), [200]);
});

test('what was used by a clock that was ahead does not outlive what is used now', async () => {
  let ahead = 1000 * HOUR;
  const quotas = { ...NO_QUOTAS, totalBytes: 100_000 };
  await using server = await startTestServer({ quotas, now: () => Date.now() + ahead });
  const main = server.token('main');
  const body = (letter: string): string => letter.repeat(30_000);
  for (const key of ['1', '2', '3']) {
    await put(server, main, key, body(key));
    const [path, later] = [join(server.directory, 'v1/entries'), new Date(Date.now() + ahead)];
    for (const each of readdirSync(path, { recursive: true, withFileTypes: true }))
      if (each.isFile()) utimesSync(join(each.parentPath, each.name), later, later);
  }
  ahead = 0;
  await server.running.upkeep.run();
  for (const key of ['4', '5', '6']) assert.equal(await put(server, main, key, body(key)), 200);
  assert.deepEqual(await statuses(server, main, ['4', '5', '6']), [200, 200, 200]);
});

test('upkeep leaves folders that are young, and writers find their folders again', async () => {
  let ahead = 0;
  await using server = await startTestServer({ now: () => Date.now() + ahead });
  const main = server.token('main');
  await put(server, main, '1', 'first');
  const entries = join(server.directory, 'v1/entries');
  rmSync(findEntry(server));
  await server.running.upkeep.run();
  assert.equal(readdirSync(entries, { recursive: true }).length, 3);
  ahead = 2 * HOUR;
  for (let round = 0; round < 3; round++) await server.running.upkeep.run();
  assert.equal(readdirSync(entries, { recursive: true }).length, 0);
  assert.equal(await put(server, main, '1', 'second'), 200);
  assert.deepEqual(await statuses(server, main, ['1']), [200]);
});
