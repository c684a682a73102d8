import assert from 'node:assert/strict';
import { readFileSync, rmSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { canonicalJson } from '@tr/hash';
import type { TaskFingerprint } from '@tr/model';
import { nodeDisk, type Disk } from '@tr/store';
import { findNearestFingerprint, listStoredFingerprints } from '../src/index.js';
import { failAfter, throwCode } from './failing-disk.js';
import { blobFiles, blobOf, createRig, editManifest, fingerprintOf, manifestFiles, overwrite, taskOf } from './rig.js';

const TASK = taskOf();
const ONE = fingerprintOf(TASK, 'one');
const TWO = fingerprintOf(TASK, 'two');

test('executed, then fresh, then restored, with log and time', async (t) => {
  const rig = createRig(t);
  const make = (): void => rig.write('web/dist/a', 'one');
  const first = await rig.run({ task: TASK, fingerprint: ONE, make });
  assert.deepEqual(first, {
    outcome: 'executed',
    reasons: ['no-entry'],
    saved: { saved: true, files: 1, bytes: 3, emptyOutputs: [] },
  });
  assert.equal((await rig.run({ task: TASK, fingerprint: ONE, make })).outcome, 'fresh');
  rig.remove('web/dist');
  assert.equal((await rig.run({ task: TASK, fingerprint: ONE, make })).outcome, 'restored');
  assert.equal(rig.read('web/dist/a'), 'one');
  const { tasks } = rig.open();
  const lookup = await tasks.lookup(TASK, ONE);
  assert.ok(lookup.hit);
  assert.equal(lookup.entry.manifest.durationMs, 7);
  assert.equal(Buffer.from((await tasks.readLog(lookup.entry)) ?? []).toString(), 'the log\n');
  assert.deepEqual(rig.warnings, []);
});

test('a log comes in pieces, and what is not what was stored is told', async (t) => {
  const rig = createRig(t);
  await rig.run({ task: TASK, fingerprint: ONE, make: () => rig.write('web/dist/a', 'one') });
  const { tasks } = rig.open();
  const lookup = await tasks.lookup(TASK, ONE);
  assert.ok(lookup.hit);
  const pieces: Uint8Array[] = [];
  assert.equal(await tasks.streamLog(lookup.entry, (bytes) => pieces.push(bytes)), true);
  assert.equal(Buffer.concat(pieces).toString(), 'the log\n');
  overwrite(blobOf(rig, 'the log\n'), 'the Log\n');
  assert.equal(await tasks.streamLog(lookup.entry, () => undefined), false);
});

test('each state of the inputs has its outputs, and switching leaves nothing of the other', async (t) => {
  const rig = createRig(t);
  await rig.run({ task: TASK, fingerprint: ONE, make: () => rig.write('web/dist/a', 'one') });
  await rig.run({
    task: TASK,
    fingerprint: TWO,
    make: () => (rig.remove('web/dist'), rig.write('web/dist/a', 'two'), rig.write('web/dist/b/c', 'only two')),
  });
  for (let round = 0; round < 3; round++) {
    assert.equal((await rig.run({ task: TASK, fingerprint: ONE, make: () => assert.fail() })).outcome, 'restored');
    assert.deepEqual(rig.tree('web'), { 'dist/a': 'one' });
    assert.equal((await rig.run({ task: TASK, fingerprint: TWO, make: () => assert.fail() })).outcome, 'restored');
    assert.deepEqual(rig.tree('web'), { 'dist/a': 'two', 'dist/b/c': 'only two' });
  }
});

test('policies: no read, no write, not cacheable', async (t) => {
  const rig = createRig(t);
  const make = (): void => rig.write('web/dist/a', 'one');
  const run = (read: boolean, write: boolean): ReturnType<typeof rig.run> =>
    rig.run({ task: TASK, fingerprint: ONE, make, cache: rig.open({ policy: { read, write } }) });
  const off = await run(false, false);
  assert.deepEqual(off, {
    outcome: 'executed',
    reasons: ['cache-off'],
    saved: { saved: false, reason: { reason: 'cache-off' } },
  });
  assert.deepEqual(blobFiles(rig), []);
  assert.equal((await run(true, false)).saved?.saved, false);
  assert.equal((await run(false, true)).saved?.saved, true);
  assert.equal((await run(true, false)).outcome, 'fresh');
  assert.equal((await run(false, true)).outcome, 'executed');
  const task = taskOf('web#build', { cache: false });
  const never = await rig.run({ task, fingerprint: ONE, make });
  assert.deepEqual(
    [never.reasons, never.saved],
    [['not-cacheable'], { saved: false, reason: { reason: 'not-cacheable' } }],
  );
});

test('the first result of a key stays, unless reading was off: then the new one wins', async (t) => {
  const rig = createRig(t);
  const [first, second, forced] = [rig.open(), rig.open(), rig.open({ policy: { read: false, write: true } })];
  for (const { tasks } of [first, second]) assert.ok(!(await tasks.lookup(TASK, ONE)).hit);
  const execution = { durationMs: 1, logPath: join(rig.directory, 'log') };
  const stored = async (): Promise<string> => {
    rig.remove('web/dist');
    await rig.run({ task: TASK, fingerprint: ONE, make: () => assert.fail() });
    return rig.read('web/dist/a');
  };
  rig.write('web/dist/a', 'first');
  await first.tasks.save(TASK, ONE, execution);
  rig.write('web/dist/a', 'second');
  assert.ok((await second.tasks.save(TASK, ONE, execution)).saved);
  // What is on disk is not what is stored: not fresh.
  assert.equal((await rig.run({ task: TASK, fingerprint: ONE, make: () => assert.fail() })).outcome, 'restored');
  assert.equal(await stored(), 'first');
  rig.write('web/dist/a', 'forced');
  await forced.tasks.save(TASK, ONE, execution);
  assert.equal(await stored(), 'forced');
});

const DAMAGE: readonly [string, string, (rig: ReturnType<typeof createRig>) => void][] = [
  ['row 9: a blob that is gone', 'blob-missing', (rig) => rmSync(blobOf(rig, 'content'), { force: true })],
  ['a blob of other bytes', 'integrity', (rig) => overwrite(blobOf(rig, 'content'), 'Content')],
  ['a blob that was cut', 'integrity', (rig) => overwrite(blobOf(rig, 'content'), 'con')],
  ['a log that is gone', 'blob-missing', (rig) => rmSync(blobOf(rig, 'the log\n'), { force: true })],
  ['a manifest that was cut', 'integrity', (rig) => manifestFiles(rig).forEach((path) => overwrite(path, '{"format'))],
  [
    'a manifest of another task',
    'integrity',
    (rig) => manifestFiles(rig).forEach((path) => editManifest(path, 'web#build', 'api#build')),
  ],
  [
    'a manifest that names a source file',
    'integrity',
    (rig) => manifestFiles(rig).forEach((path) => editManifest(path, 'web/dist/a', 'web/src.txt')),
  ],
];

for (const [title, reason, damage] of DAMAGE) {
  test(`${title} is a miss with a reason; the task executes and repairs the entry`, async (t) => {
    const rig = createRig(t);
    rig.write('web/src.txt', 'source');
    const make = (): void => rig.write('web/dist/a', 'content');
    await rig.run({ task: TASK, fingerprint: ONE, make });
    damage(rig);
    rig.remove('web/dist');
    const run = await rig.run({ task: TASK, fingerprint: ONE, make });
    assert.deepEqual([run.outcome, run.reasons, run.saved?.saved], ['executed', [reason], true]);
    assert.deepEqual(rig.tree('web'), { 'dist/a': 'content', 'src.txt': 'source' });
    rig.remove('web/dist');
    assert.equal((await rig.run({ task: TASK, fingerprint: ONE, make: () => assert.fail() })).outcome, 'restored');
    assert.deepEqual(rig.tree('web'), { 'dist/a': 'content', 'src.txt': 'source' });
  });
}

test('a forced run repairs an entry whose blobs are gone', async (t) => {
  const rig = createRig(t);
  const make = (): void => rig.write('web/dist/a', 'content');
  await rig.run({ task: TASK, fingerprint: ONE, make });
  for (const path of blobFiles(rig)) rmSync(path, { force: true });
  await rig.run({ task: TASK, fingerprint: ONE, make, cache: rig.open({ policy: { read: false, write: true } }) });
  rig.remove('web/dist');
  assert.equal((await rig.run({ task: TASK, fingerprint: ONE, make: () => assert.fail() })).outcome, 'restored');
});

test('blobs that a gc takes while a save reuses them are stored again', async (t) => {
  const rig = createRig(t);
  const make = (): void => rig.write('web/dist/a', 'shared');
  await rig.run({ task: TASK, fingerprint: ONE, make });
  let taken = false;
  const disk: Disk = {
    ...nodeDisk,
    hardLink: (existing, path) => {
      // The worst moment: the blob was found, the manifest that names it is not there yet.
      if (!taken && path.includes('/actions/')) rmSync(blobOf(rig, 'shared'), { force: true });
      taken = true;
      nodeDisk.hardLink(existing, path);
    },
  };
  const run = await rig.run({ task: TASK, fingerprint: TWO, make, cache: rig.open({ disk }) });
  assert.ok(taken && run.saved?.saved === true);
  rig.remove('web/dist');
  assert.equal((await rig.run({ task: TASK, fingerprint: TWO, make: () => assert.fail() })).outcome, 'restored');
});

test('an execution that failed leaves no claim about the outputs', async (t) => {
  const rig = createRig(t);
  await rig.run({ task: TASK, fingerprint: ONE, make: () => rig.write('web/dist/a', 'content') });
  const { tasks } = rig.open();
  await tasks.lookup(TASK, TWO);
  await tasks.forgetOutputs(TASK);
  const before = statSync(join(rig.root, 'web/dist/a'));
  writeFileSync(join(rig.root, 'web/dist/a'), 'Content');
  utimesSync(join(rig.root, 'web/dist/a'), before.atime, before.mtime);
  rig.write('web/dist/half', 'half');
  const run = await rig.run({ task: TASK, fingerprint: ONE, make: () => assert.fail() });
  assert.equal(run.outcome, 'restored');
  assert.equal(rig.read('web/dist/a'), 'content');
});

test('a restore waits for the execution that is under way, and then looks at what it has left', async (t) => {
  const rig = createRig(t);
  await rig.run({ task: TASK, fingerprint: ONE, make: () => rig.write('web/dist/a', 'one') });
  const [mine, other] = [rig.open().tasks, rig.open().tasks];
  const lookup = await other.lookup(TASK, ONE);
  assert.ok(lookup.hit);
  await mine.lookup(TASK, TWO);
  await mine.forgetOutputs(TASK);
  const whenIdle = async (): Promise<boolean> => {
    rig.write('web/dist/b', 'two');
    const saved = await mine.save(TASK, TWO, { durationMs: 1, logPath: join(rig.directory, 'log') });
    return saved.saved;
  };
  const restored = await other.restore(TASK, lookup.entry, { whenIdle });
  assert.equal(restored.outcome, 'restored');
  assert.deepEqual(rig.tree('web/dist'), { a: 'one' });
  await mine.forgetOutputs(TASK);
  const ended = await other.restore(TASK, lookup.entry, { whenIdle: () => Promise.resolve(false) });
  assert.deepEqual(ended, { outcome: 'miss', reasons: [] });
});

test('an execution that begins while outputs are put in place is noticed', async (t) => {
  const rig = createRig(t);
  await rig.run({ task: TASK, fingerprint: ONE, make: () => rig.write('web/dist/a', 'one') });
  const { tasks } = rig.open();
  let isIdle = 0;
  const disk: Disk = {
    ...nodeDisk,
    rename: (from, to) => {
      nodeDisk.rename(from, to);
      if (!to.includes('/web/dist') || isIdle > 0) return;
      isIdle = 1;
      void tasks.forgetOutputs(TASK);
    },
  };
  const other = rig.open({ disk }).tasks;
  const lookup = await other.lookup(TASK, ONE);
  assert.ok(lookup.hit);
  rig.remove('web/dist');
  const restored = await other.restore(TASK, lookup.entry, { whenIdle: () => Promise.resolve(++isIdle > 0) });
  assert.deepEqual([restored.outcome, isIdle], ['restored', 2]);
});

test('output globs that all match nothing are told, not one of several', async (t) => {
  const rig = createRig(t);
  const task = taskOf('web#build', { outputs: { include: ['dist/**', 'lib/**'], exclude: [] } });
  const none = await rig.run({ task, fingerprint: ONE, make: () => rig.write('web/build/a', 'x') });
  assert.deepEqual(none.saved, { saved: true, files: 0, bytes: 0, emptyOutputs: ['dist/**', 'lib/**'] });
  const one = await rig.run({ task, fingerprint: TWO, make: () => rig.write('web/dist/a', 'x') });
  assert.deepEqual(one.saved, { saved: true, files: 1, bytes: 1, emptyOutputs: [] });
});

test('outputs that cannot be stored are a reason, not an error', async (t) => {
  const rig = createRig(t);
  const task = taskOf('web#build', { outputs: { include: ['../../x/**'], exclude: [] } });
  const run = await rig.run({ task, fingerprint: ONE, make: () => undefined });
  assert.ok(run.saved?.saved === false && run.saved.reason.reason === 'unsafe-output');
  assert.deepEqual(manifestFiles(rig), []);
});

test('a result that the disk did not take says the error of the system', async (t) => {
  const { disk } = failAfter(0, throwCode('EIO'), (path) => path.includes('/cache/'));
  const rig = createRig(t, { disk });
  const { saved } = await rig.run({ task: TASK, fingerprint: ONE, make: () => rig.write('web/dist/a', 'one') });
  assert.deepEqual(saved, { saved: false, reason: { reason: 'store-trouble', detail: 'store/io: EIO' } });
});

test('a linked output belongs to the task again before it executes', async (t) => {
  const rig = createRig(t);
  const task = taskOf('web#build', { restore: 'link' });
  await rig.run({ task, fingerprint: ONE, make: () => rig.write('web/dist/a', 'one') });
  rig.remove('web/dist');
  await rig.run({ task, fingerprint: ONE, make: () => assert.fail() });
  assert.equal(statSync(join(rig.root, 'web/dist/a')).nlink, 2);
  // Written in place, as a shell redirection does.
  const second = await rig.run({
    task,
    fingerprint: TWO,
    make: () => writeFileSync(join(rig.root, 'web/dist/a'), 'two'),
  });
  assert.equal(second.saved?.saved, true);
  assert.equal((await rig.run({ task, fingerprint: ONE, make: () => assert.fail() })).outcome, 'restored');
  assert.equal(rig.read('web/dist/a'), 'one');
});

test('stored fingerprints come back newest first, with their closures, and the nearest is found', async (t) => {
  const rig = createRig(t);
  let now = 1_700_000_000_000;
  const cache = rig.open({ now: () => now });
  for (const word of ['one', 'two', 'three']) {
    now += 1000;
    const fingerprint = fingerprintOf(TASK, word, { 'left-pad@1.0.0': `sha512-${word}` });
    await rig.run({ task: TASK, fingerprint, make: () => rig.write('web/dist/a', word), cache });
  }
  const stored = await listStoredFingerprints(cache.local, TASK.id, { limit: 2 });
  assert.deepEqual(
    stored.map(({ createdAt }) => createdAt - 1_700_000_000_000),
    [3000, 2000],
  );
  assert.deepEqual(await stored[0]?.readClosure(), { 'left-pad@1.0.0': 'sha512-three' });
  assert.deepEqual(
    stored[0]?.fingerprint,
    JSON.parse(JSON.stringify(fingerprintOf(TASK, 'three', { 'left-pad@1.0.0': 'sha512-three' }).fingerprint)),
  );
  const nearest = await findNearestFingerprint(stored, ({ createdAt }) =>
    Promise.resolve([
      {
        reason: 'inputs-changed',
        scope: 'package',
        added: [],
        removed: [],
        modified: createdAt % 3000 === 0 ? ['a', 'b'] : ['a'],
      },
    ]),
  );
  assert.equal(nearest?.reasons.length, 1);
  assert.equal(await findNearestFingerprint(stored, () => Promise.resolve(undefined)), undefined);
});

test('a closure that is stored already is not made again, unless its blob is gone', async (t) => {
  const rig = createRig(t);
  const packages = { 'left-pad@1.0.0': 'sha512-one' };
  let reads = 0;
  const counted = (word: string): TaskFingerprint => {
    const fingerprint = fingerprintOf(TASK, word, packages);
    const readPackages = (): Promise<typeof packages> => ((reads += 1), Promise.resolve(packages));
    return {
      ...fingerprint,
      externalClosure: fingerprint.externalClosure && { ...fingerprint.externalClosure, readPackages },
    };
  };
  const run = (word: string) =>
    rig.run({ task: TASK, fingerprint: counted(word), make: () => rig.write('web/dist/a', word) });
  const closures = async (): Promise<unknown[]> => {
    const stored = await listStoredFingerprints(rig.open().local, TASK.id, { limit: 5 });
    return await Promise.all(stored.map((each) => each.readClosure()));
  };
  await run('one');
  await run('two');
  assert.equal(reads, 1);
  const blob = blobFiles(rig).find((path) => readFileSync(path, 'utf8') === canonicalJson(packages));
  assert.ok(blob !== undefined);
  unlinkSync(blob);
  await run('three');
  assert.equal(reads, 2);
  assert.deepEqual(await closures(), [packages, packages, packages]);
});

test('a miss is explained from what is stored', async (t) => {
  const rig = createRig(t);
  await rig.run({ task: TASK, fingerprint: ONE, make: () => rig.write('web/dist/a', 'one') });
  const { tasks } = rig.open({
    explain: (stored, current) =>
      Promise.resolve([{ reason: 'tool-changed', tool: String(stored.length), before: undefined, after: current.key }]),
  });
  assert.deepEqual(await tasks.lookup(TASK, TWO), {
    hit: false,
    reasons: [{ reason: 'tool-changed', tool: '1', before: undefined, after: TWO.key }],
  });
});

test('row 36: the cache keeps within its limits at the end of a run, when that is due', async (t) => {
  const rig = createRig(t);
  const limits = { maxBytes: 1_000_000, maxAgeMs: undefined };
  for (let version = 0; version < 8; version++) {
    const cache = rig.open();
    const make = (): void => rig.write('web/dist/a', `${version}`.repeat(300_000));
    await rig.run({ task: TASK, fingerprint: fingerprintOf(TASK, `v${version}`), make, cache });
    await cache.finish(limits);
  }
  const bytes = blobFiles(rig).reduce((sum, path) => sum + statSync(path).size, 0);
  assert.ok(bytes <= 1_000_000, String(bytes));
  rig.remove('web/dist');
  const last = fingerprintOf(TASK, 'v7');
  assert.equal((await rig.run({ task: TASK, fingerprint: last, make: () => assert.fail() })).outcome, 'restored');
  const cache = rig.open();
  assert.equal(await cache.finish({ ...limits, maxBytes: undefined }), undefined);
});
