import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { MAX_ARRIVALS_BYTES } from '@tr/store';
import { lengthOf, parseEntryBytes } from '@tr/transport';
import { HeldEntries, MAX_WAITING_BYTES } from '../../src/remote/held-entries.js';
import { editManifest, fingerprintOf, manifestFiles, taskOf } from '../rig.js';
import { fails, makes, never, ONE, shared, TASK } from './one-shared-result.js';

describe('a small result of another machine', () => {
  it('is held as long as there is room, also when several come at once', async (t) => {
    const { backend } = await shared(t);
    const found = await backend.lookup([ONE.key], never);
    const bytes = found.ok ? found.value.get(ONE.key) : undefined;
    const document = parseEntryBytes(bytes ?? Buffer.alloc(0), ONE.key);
    assert.ok(document.ok);
    const held = new HeldEntries();
    const large = Buffer.alloc(MAX_ARRIVALS_BYTES / 2 + 1);
    const added = await Promise.all([held.add(document.value, large), held.add(document.value, large)]);
    assert.deepEqual(
      added.map((each) => each.ok && each.value !== undefined),
      [true, false],
    );
  });

  it('is held as long as little enough waits unpacked', async (t) => {
    const { backend } = await shared(t);
    const found = await backend.lookup([ONE.key], never);
    const bytes = (found.ok ? found.value.get(ONE.key) : undefined) ?? Buffer.alloc(0);
    const document = parseEntryBytes(bytes, ONE.key);
    assert.ok(document.ok);
    const held = new HeldEntries();
    // Says that it unpacks to half a MiB, which shows to be wrong when it is opened.
    const length = (512 * 1024) / document.value.chunks.length;
    const chunks = document.value.chunks.map((chunk) => ({ ...chunk, length }));
    const most = MAX_WAITING_BYTES / lengthOf(chunks);
    const all = Array.from({ length: most + 1 }, () => held.add({ ...document.value, chunks }, bytes.subarray(0, 1)));
    const added = await Promise.all(all);
    assert.deepEqual(
      added.map((each) => each.ok),
      [...Array<boolean>(most).fill(false), true],
    );
    const after = await held.add(document.value, bytes);
    assert.ok(after.ok && after.value !== undefined);
  });

  it('is restored as it came, and put into the stores by the next run', async (t) => {
    const { rig, run, calls, warnings, arrivals } = await shared(t);
    assert.equal(await run(), 'restored');
    assert.deepEqual(rig.tree('web'), { 'dist/a': 'one', 'dist/b/c': 'two', 'dist/empty': '' });
    assert.deepEqual(calls, ['lookup 1']);
    assert.equal(readdirSync(arrivals).length, 1);
    assert.deepEqual(manifestFiles(rig), []);
    assert.equal(await run({ remote: undefined }), 'fresh');
    assert.deepEqual(readdirSync(arrivals), []);
    assert.equal(manifestFiles(rig).length, 1);
    rig.remove('web/dist');
    assert.equal(await run({ remote: undefined }), 'restored');
    assert.deepEqual(rig.tree('web'), { 'dist/a': 'one', 'dist/b/c': 'two', 'dist/empty': '' });
    assert.deepEqual([calls.length, warnings, rig.warnings], [1, [], []]);
  });

  it('is put into the stores at the end of a run that reads nothing there: no later one might ask', async (t) => {
    const { rig, run, arrivals } = await shared(t);
    assert.equal(await run({ policy: { read: false, write: true } }), 'restored');
    assert.deepEqual(readdirSync(arrivals), []);
    assert.equal(manifestFiles(rig).length, 1);
    assert.equal(await run({ remote: undefined }), 'fresh');
  });

  it('has its log', async (t) => {
    const { rig, remote } = await shared(t);
    const { tasks } = rig.open({ remote });
    const lookup = await tasks.lookup(TASK, ONE);
    assert.ok(lookup.hit && lookup.entry.tier === 'remote');
    assert.equal((await tasks.restore(TASK, lookup.entry)).outcome, 'restored');
    assert.equal(String(await tasks.readLog(lookup.entry)), 'the log\n');
  });

  it('is fetched again after a run that was killed before its end', async (t) => {
    const { rig, run, calls, remote } = await shared(t);
    const killed = rig.open({ remote });
    const lookup = await killed.tasks.lookup(TASK, ONE);
    assert.ok(lookup.hit);
    await killed.tasks.restore(TASK, lookup.entry);
    rig.remove('web/dist');
    assert.equal(await run(), 'restored');
    assert.deepEqual(calls, ['lookup 1', 'lookup 1']);
  });

  it('leaves nothing where the local cache may not be written', async (t) => {
    const { rig, run } = await shared(t);
    assert.equal(await run({ policy: { read: true, write: false } }), 'restored');
    assert.ok(!existsSync(join(rig.directory, 'cache')));
  });

  it('gets blobs at once for a task that links to them', async (t) => {
    const { rig, remote, arrivals } = await shared(t);
    const linked = taskOf('web#build', { restore: 'link' });
    const cache = rig.open({ remote });
    assert.equal((await rig.run({ task: linked, fingerprint: ONE, make: fails, cache })).outcome, 'restored');
    await cache.finishRemote(() => never);
    assert.equal(manifestFiles(rig).length, 1);
    assert.ok(!existsSync(arrivals));
  });

  it('is a miss with a bit flipped anywhere in its chunks, and nothing of it stays', async (t) => {
    let at = 1;
    const { rig, run, warnings } = await shared(t, (entry) => {
      const flipped = Buffer.from(entry);
      const place = entry.length - at;
      flipped[place] = (flipped[place] ?? 0) ^ 0x10;
      return flipped;
    });
    for (at of [1, 40, 300]) {
      rmSync(rig.directory, { recursive: true, force: true });
      mkdirSync(rig.root, { recursive: true });
      writeFileSync(join(rig.directory, 'log'), 'the log\n');
      assert.equal(await run({}, makes(rig)), 'executed');
      assert.ok(!existsSync(join(rig.directory, 'cache/v1/arrivals')));
    }
    assert.deepEqual([...new Set(warnings.map(({ code }) => code))], ['remote/damaged']);
  });

  it('that was damaged on this disk is dropped, and a whole one beside it is not', async (t) => {
    const { rig, run, calls, arrivals } = await shared(t);
    await run();
    const [name = ''] = readdirSync(arrivals);
    const bytes = readFileSync(join(arrivals, name));
    bytes[bytes.length - 3] = (bytes.at(-3) ?? 0) ^ 1;
    writeFileSync(join(arrivals, name), bytes);
    rig.remove('web/dist');
    assert.equal(await run(), 'restored');
    assert.equal(calls.length, 2);
    const [second = ''] = readdirSync(arrivals);
    appendFileSync(join(arrivals, second), 'torn');
    rig.remove('web/dist');
    assert.equal(await run({ remote: undefined }), 'restored');
    assert.deepEqual(readdirSync(arrivals), []);
  });

  it('gives way to what was stored here since', async (t) => {
    const { rig, run, remote } = await shared(t);
    await run();
    const [before = ''] = readdirSync(join(rig.directory, 'cache/v1/arrivals'));
    const kept = readFileSync(join(rig.directory, 'cache/v1/arrivals', before));
    assert.equal(await run({ remote: undefined }), 'fresh');
    const [manifest = ''] = manifestFiles(rig);
    editManifest(manifest, '"durationMs":7', '"durationMs":8');
    writeFileSync(join(rig.directory, 'cache/v1/arrivals', before), kept);
    const lookup = await rig.open({ remote }).tasks.lookup(TASK, ONE);
    assert.ok(lookup.hit && lookup.entry.tier === 'local');
    assert.equal(lookup.entry.manifest.durationMs, 8);
  });

  it('is put into the stores by two runs at once', async (t) => {
    const { rig, run } = await shared(t);
    await run();
    const found = await Promise.all(
      [1, 2].map(async () => await rig.open({ remote: undefined }).tasks.lookup(TASK, ONE)),
    );
    assert.deepEqual(
      found.map(({ hit }) => hit),
      [true, true],
    );
  });
});

describe('keys that will most likely be looked up', () => {
  it('go in one request, and are asked for again only where there was nothing', async (t) => {
    const { rig, calls, remote } = await shared(t);
    const { tasks } = rig.open({ remote });
    const others = ['two', 'three'].map((word) => fingerprintOf(TASK, word));
    await Promise.all([ONE, ...others].map(({ key }) => tasks.foresee(key)));
    const lookup = await tasks.lookup(TASK, ONE);
    assert.ok(lookup.hit);
    assert.deepEqual(calls, ['lookup 3']);
    for (const other of others) assert.ok(!(await tasks.lookup(TASK, other)).hit);
    assert.deepEqual(calls, ['lookup 3', 'lookup 1', 'lookup 1']);
  });

  it('that this machine has are not asked for', async (t) => {
    const { rig, run, calls, remote } = await shared(t);
    await run();
    await rig.open({ remote }).tasks.foresee(ONE.key);
    assert.deepEqual(calls, ['lookup 1']);
  });

  it('wait when there are many, until some were looked up', async (t) => {
    const { rig, remote } = await shared(t);
    const { tasks } = rig.open({ remote });
    const keys = Array.from({ length: 200 }, (_, at) => fingerprintOf(TASK, `key ${at}`));
    let told = 0;
    const telling = (async () => {
      for (const { key } of keys) {
        await tasks.foresee(key);
        told++;
      }
    })();
    while (told < 127) await new Promise((resolve) => setImmediate(resolve));
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(told, 127);
    for (const fingerprint of keys) await tasks.lookup(TASK, fingerprint);
    await telling;
    assert.equal(told, 200);
  });
});
