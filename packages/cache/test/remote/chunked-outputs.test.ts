import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { RemoteFailure } from '@tr/model';
import {
  collectGarbage,
  createFileEntryStore,
  createMemoryBlobStore,
  nodeDisk,
  openCacheFolder,
  verifyCache,
} from '@tr/store';
import type { LocalCache, RemoteBackend } from '../../src/index.js';
import { createStoreBackend } from '../../src/remote/store-backend.js';
import { openRemote } from './open-remote.js';
import { createRig, fingerprintOf, manifestFiles, overwrite, taskOf, type Rig } from '../rig.js';

const never = new AbortController().signal;
const now = (): number => Date.now();
const KEPT = { limits: { maxBytes: undefined, maxAgeMs: undefined }, graceMs: 0 };
const task = taskOf();
const fingerprint = fingerprintOf(task, 'one');

function createRemote(t: TestContext): RemoteBackend {
  const directory = mkdtempSync(join(tmpdir(), 'tr-chunked-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const entries = createFileEntryStore(openCacheFolder({ directory, disk: nodeDisk }), { now });
  return createStoreBackend({ blobs: createMemoryBlobStore(), entries, scope: 'main', parents: [], now });
}

function open(rig: Rig, backend: RemoteBackend, changes: Parameters<Rig['open']>[0] = {}) {
  const warnings: RemoteFailure[] = [];
  const cache = rig.open({
    remote: openRemote(backend, (failure) => void warnings.push(failure)),
    ...changes,
  });
  return { cache, warnings };
}

function noise(seed: string, length: number): string {
  return createHash('shake256', { outputLength: length / 2 })
    .update(seed)
    .digest('hex');
}

/** Many files, too much for one pack; equal ones, large ones, an empty one, an executable one, a link. */
function makeMany(rig: Rig): void {
  for (let at = 0; at < 100; at++) rig.write(`web/dist/p${at}/index.js`, noise(`file ${at}`, 8000));
  rig.write('web/dist/a/LICENSE', noise('file 50', 8000));
  rig.write('web/dist/z/LICENSE', noise('file 50', 8000));
  rig.write('web/dist/large', noise('large', 5_000_000));
  rig.write('web/dist/a/large', noise('large', 5_000_000));
  rig.write('web/dist/empty', '');
  writeFileSync(join(rig.root, 'web/dist/bin'), noise('file 1', 8000), { mode: 0o755 });
  symlinkSync('p1/index.js', join(rig.root, 'web/dist/link'));
}

/** The tree of a machine that has executed the task and sent its result. */
async function share(t: TestContext, backend: RemoteBackend, shared = task): Promise<Readonly<Record<string, string>>> {
  const rig = createRig(t);
  const { cache } = open(rig, backend);
  const run = await rig.run({ task: shared, fingerprint, make: () => makeMany(rig), cache });
  assert.equal(run.saved?.saved, true);
  await cache.finishRemote(() => never);
  return rig.tree('web');
}

const cannotRun = { task, fingerprint, make: () => assert.fail('executed') };

function filesOf(rig: Rig): string[] {
  const directory = join(rig.directory, 'cache/v1/blobs');
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((path) => join(directory, path))
    .filter((path) => statSync(path).isFile());
}

async function restoreElsewhere(t: TestContext, backend: RemoteBackend): Promise<{ rig: Rig; cache: LocalCache }> {
  const rig = createRig(t);
  const { cache } = open(rig, backend);
  assert.equal((await rig.run({ ...cannotRun, cache })).outcome, 'restored');
  await cache.finishRemote(() => never);
  return { rig, cache };
}

describe('outputs that stay in the chunks they came in', () => {
  it('are restored from the remote, and then from here', async (t) => {
    const backend = createRemote(t);
    const tree = await share(t, backend);
    const { rig } = await restoreElsewhere(t, backend);
    assert.deepEqual(rig.tree('web'), tree);
    assert.equal(statSync(join(rig.root, 'web/dist/bin')).mode & 0o111, 0o111);
    assert.equal(statSync(join(rig.root, 'web/dist/p1/index.js')).mode & 0o111, 0);
    assert.ok(filesOf(rig).length < 20, `${filesOf(rig).length} blobs`);
    assert.equal((await rig.run(cannotRun)).outcome, 'fresh');
    rig.remove('web/dist/p7');
    rig.write('web/dist/z/LICENSE', 'changed');
    rig.remove('web/dist/a/large');
    assert.equal((await rig.run(cannotRun)).outcome, 'restored');
    assert.deepEqual(rig.tree('web'), tree);
    rig.remove('web');
    assert.equal((await rig.run(cannotRun)).outcome, 'restored');
    assert.deepEqual(rig.tree('web'), tree);
    assert.deepEqual(rig.warnings, []);
  });

  it('leave nothing where the local cache may only be read', async (t) => {
    const backend = createRemote(t);
    const tree = await share(t, backend);
    const rig = createRig(t);
    const { cache } = open(rig, backend, { policy: { read: true, write: false } });
    assert.equal((await rig.run({ ...cannotRun, cache })).outcome, 'restored');
    await cache.finishRemote(() => never);
    assert.deepEqual(rig.tree('web'), tree);
    assert.equal(rig.exists('../cache/v1'), false);
    const left = readdirSync(join(rig.root, '.tr/tmp')).filter((name) => name.startsWith('restore-remote-'));
    assert.deepEqual(left, []);
  });

  it('are kept by gc while their entry is, and go with it', async (t) => {
    const backend = createRemote(t);
    const tree = await share(t, backend);
    const { rig } = await restoreElsewhere(t, backend);
    const later = now() + 1000;
    const kept = await collectGarbage(rig.folder, { ...KEPT, now: later });
    assert.ok(kept.ok && kept.value.removedBlobs === 0 && kept.value.keptEntries === 1);
    const verified = await verifyCache(rig.folder);
    assert.ok(verified.ok);
    assert.deepEqual([verified.value.badBlobs, verified.value.incompleteEntries], [[], []]);
    rig.remove('web');
    assert.equal((await rig.run(cannotRun)).outcome, 'restored');
    assert.deepEqual(rig.tree('web'), tree);
    const limits = { maxBytes: 0, maxAgeMs: undefined };
    const evicted = await collectGarbage(rig.folder, { ...KEPT, limits, now: later });
    assert.ok(evicted.ok && evicted.value.keptEntries === 0);
    assert.deepEqual([filesOf(rig), manifestFiles(rig)], [[], []]);
  });

  it('get blobs of their own to be linked to', async (t) => {
    const backend = createRemote(t);
    const linked = taskOf('web#build', { restore: 'link' });
    const tree = await share(t, backend, linked);
    const rig = createRig(t);
    const { cache } = open(rig, backend);
    assert.equal((await rig.run({ ...cannotRun, task: linked, cache })).outcome, 'restored');
    await cache.finishRemote(() => never);
    assert.deepEqual(rig.tree('web'), tree);
    assert.equal(statSync(join(rig.root, 'web/dist/p7/index.js')).nlink, 2);
    const collected = await collectGarbage(rig.folder, { ...KEPT, now: now() + 1000 });
    assert.ok(collected.ok && collected.value.removedBlobs > 0, 'the chunks are of no more use');
    rig.remove('web');
    assert.equal((await rig.run({ ...cannotRun, task: linked })).outcome, 'restored');
    assert.deepEqual(rig.tree('web'), tree);
  });

  it('a chunk with other bytes, or none, is a miss, and the task runs', async (t) => {
    const backend = createRemote(t);
    const tree = await share(t, backend);
    const { rig } = await restoreElsewhere(t, backend);
    const largest = filesOf(rig).sort((a, b) => statSync(b).size - statSync(a).size)[0] ?? '';
    overwrite(largest, 'x'.repeat(statSync(largest).size));
    rig.remove('web');
    const first = await rig.run({ task, fingerprint, make: () => makeMany(rig) });
    assert.deepEqual([first.outcome, first.reasons, first.saved?.saved], ['executed', ['integrity'], true]);
    rig.remove('web');
    assert.equal((await rig.run(cannotRun)).outcome, 'restored');
    assert.deepEqual(rig.tree('web'), tree);
  });

  it('a chunk that came inside the entry with other bytes is not kept', async (t) => {
    const backend = createRemote(t);
    const liar: RemoteBackend = {
      ...backend,
      lookup: async (...asked) => {
        const found = await backend.lookup(...asked);
        if (!found.ok) return found;
        const flip = (bytes: Uint8Array): Uint8Array =>
          Buffer.concat([bytes.subarray(0, -1), Buffer.of((bytes.at(-1) ?? 0) ^ 1)]);
        return { ok: true, value: new Map([...found.value].map(([key, bytes]) => [key, flip(bytes)])) };
      },
    };
    // More than is held in memory, and so alike that all of it travels inside.
    const make = (to: Rig): void => {
      for (let at = 0; at < 100; at++) to.write(`web/dist/${at}`, `${at}`.padEnd(17_000, '.'));
    };
    const rig = createRig(t);
    const { cache } = open(rig, backend);
    await rig.run({ task, fingerprint, make: () => make(rig), cache });
    await cache.finishRemote(() => never);

    const victim = createRig(t);
    const run = await victim.run({ task, fingerprint, make: () => make(victim), cache: open(victim, liar).cache });
    assert.deepEqual([run.outcome, run.reasons], ['executed', ['integrity']]);
    const verified = await verifyCache(victim.folder);
    assert.ok(verified.ok);
    assert.deepEqual(verified.value.badBlobs, []);
  });

  it('contents that are not those of the manifest are never put in place, and do not stay', async (t) => {
    const backend = createRemote(t);
    const liar = createRig(t);
    const { cache } = open(liar, backend);
    const { blobs } = cache.local;
    // What is sent is well-formed in every way, but one of the files has other bytes.
    const read = blobs.readBytes.bind(blobs);
    const wrong = Buffer.from(noise('file 60', 8000));
    const lie = async (...[digest]: Parameters<typeof read>): ReturnType<typeof read> => {
      const bytes = await read(digest);
      if (!bytes.ok) return bytes;
      const value = Buffer.from(bytes.value);
      const at = value.indexOf(wrong);
      if (at !== -1) value.write(noise('evil', 8000), at);
      return { ok: true, value };
    };
    Object.assign(blobs, { readBytes: lie });
    await liar.run({ task, fingerprint, make: () => makeMany(liar), cache });
    await cache.finishRemote(() => never);

    const rig = createRig(t);
    const victim = open(rig, backend);
    const run = await rig.run({
      task,
      fingerprint,
      make: () => assert.equal(rig.exists('web/dist'), false),
      cache: victim.cache,
    });
    assert.deepEqual([run.outcome, run.reasons], ['executed', ['integrity']]);
    assert.deepEqual(
      victim.warnings.map(({ code }) => code),
      ['remote/damaged'],
    );
    assert.equal(manifestFiles(rig).filter((path) => path.endsWith('.chunks')).length, 0);
  });
});
