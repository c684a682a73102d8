import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '@tr/hash';
import { nodeDisk, type Disk } from '@tr/store';
import { createRig, type Rig } from './rig.js';

/** A file system that shares blocks, as far as anybody can tell; says how often. */
function createCloningDisk(): { readonly disk: Disk; readonly clones: () => number } {
  let clones = 0;
  const clone = (from: string, to: string): void => {
    clones += 1;
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  };
  return { disk: { ...nodeDisk, clone }, clones: () => clones };
}

test('where blocks can be shared outputs are clones, with the modes of new files', async (t) => {
  const { disk, clones } = createCloningDisk();
  const rig = createRig(t, { disk });
  const tree = { 'dist/a': 'one', 'dist/b': 'one', 'dist/run': { run: 'tool' } };
  rig.write(tree);
  const manifest = await rig.save('key');
  rig.remove('dist');
  const before = process.umask(0o027);
  t.after(() => process.umask(before));
  assert.equal((await rig.restore(manifest)).outcome, 'restored');
  assert.equal(clones(), 3);
  assert.deepEqual(rig.read(), tree);
  const modeOf = (path: string): number => statSync(join(rig.root, 'web', path)).mode & 0o777;
  assert.deepEqual(['dist/a', 'dist/b', 'dist/run'].map(modeOf), [0o640, 0o640, 0o750]);
});

/** `web/dist` is a mount of its own; full when `isFull`. */
function createMountedDisk(isFull: boolean): Disk {
  const onMount = (path: string): boolean => path.includes('/web/dist/');
  const full = new Set<number>();
  return {
    ...nodeDisk,
    rename: (from, to) => {
      if (onMount(from) !== onMount(to)) throw Object.assign(new Error('rename'), { code: 'EXDEV' });
      nodeDisk.rename(from, to);
    },
    open: (path, how, mode) => {
      const file = nodeDisk.open(path, how, mode);
      if (isFull && onMount(path) && how === 'create') full.add(file);
      else full.delete(file);
      return file;
    },
    write: (file, bytes) => {
      if (full.has(file)) throw Object.assign(new Error('write'), { code: 'ENOSPC' });
      nodeDisk.write(file, bytes);
    },
  };
}

test('outputs on a mount of their own are copied there; a full one has nothing half of them', async (t) => {
  for (const isFull of [false, true]) {
    const rig = createRig(t, { disk: createMountedDisk(isFull) });
    const tree = { 'dist/a': 'one', 'dist/deep/b': 'two', 'dist/run': { run: 'tool' }, 'dist/way': { link: 'a' } };
    rig.write(tree);
    const manifest = await rig.save('key');
    rig.remove('dist/a');
    rig.remove('dist/deep');
    rig.remove('dist/run');
    rig.remove('dist/way');
    const { outcome } = await rig.restore(manifest);
    assert.equal(outcome, isFull ? 'miss' : 'restored');
    assert.deepEqual(readdirSync(join(rig.root, '.tr/tmp')), [], 'nor is anything left of the staged tree');
    const left = Object.entries(rig.read()).filter(([, content]) => content !== null);
    assert.deepEqual(Object.fromEntries(left), isFull ? {} : tree);
  }
});

/** `web/dist` is a mount of its own, and the process dies when half of a file is written there. */
function createDeadlyDisk(): { readonly disk: Disk; readonly start: (mode: 'deadly' | 'calm') => void } {
  const mounted = createMountedDisk(false);
  let state: 'deadly' | 'calm' | 'dead' = 'calm';
  const across = new Set<number>();
  const die = (): never => {
    state = 'dead';
    throw Object.assign(new Error('killed'), { code: 'EIO' });
  };
  /** Nothing happens any more once it is dead. */
  const mortal =
    <A extends readonly unknown[], T>(operation: (...args: A) => T) =>
    (...args: A): T =>
      state === 'dead' ? die() : operation(...args);
  const disk: Disk = {
    ...mounted,
    open: mortal((path, how, mode) => {
      const file = mounted.open(path, how, mode);
      if (path.includes('/web/dist/') && how === 'create') across.add(file);
      else across.delete(file);
      return file;
    }),
    write: mortal((file, bytes) => {
      if (state === 'calm' || !across.has(file)) return mounted.write(file, bytes);
      mounted.write(file, bytes.subarray(0, bytes.length / 2));
      die();
    }),
    unlink: mortal((path) => mounted.unlink(path)),
    rename: mortal((from, to) => mounted.rename(from, to)),
    removeDirectory: mortal((path) => mounted.removeDirectory(path)),
  };
  return { disk, start: (mode) => void (state = mode) };
}

test('what a killed process was copying to another file system is no output of the next one, and is removed', async (t) => {
  const { disk, start } = createDeadlyDisk();
  const rig = createRig(t, { disk });
  rig.write({ 'dist/deep/a': 'content' });
  const include = ['dist/deep/a', 'dist/deep/*.tmp'];
  const manifest = await rig.save('key', include);
  rig.remove('dist/deep/a');
  // Somebody's own.
  const others = { 'dist/deep/a.tr-tmp': 'x', [`dist/deep/a.restore-${'0'.repeat(18)}.tr-tmp`]: 'x' };
  rig.write(others);
  start('deadly');
  await rig.restore(manifest, { include });
  start('calm');
  const names = (): readonly string[] => readdirSync(join(rig.root, 'web/dist/deep')).sort();
  const half = names().filter((name) => !(`dist/deep/${name}` in others));
  assert.equal(half.length, 1);
  assert.match(half[0] ?? '', /^a\.restore-[0-9a-f]{18}\.tr-tmp$/);

  const area = join(rig.root, '.tr/tmp');
  rig.place.staging.sweepCopies(Date.now());
  assert.deepEqual(names().includes(half[0] ?? ''), true, 'its process runs: it is this one');
  const note = readdirSync(area).find((name) => name.endsWith('.copies'));
  assert.ok(note !== undefined);
  const text = readFileSync(join(area, note), 'utf8');
  writeFileSync(join(area, note), text.replace(/"pid":\d+/, `"pid":${endedPid()}`));
  assert.equal((await rig.restore(manifest, { include })).outcome, 'restored');
  assert.deepEqual(rig.read(), { 'dist/deep/a': 'content', ...others });
  assert.equal(readdirSync(area).includes(note), false);
});

const TREE = `restore-${'1'.repeat(18)}`;
const HOURS = 60 * 60 * 1000;

/** The number of a process that has ended. */
function endedPid(): number {
  return spawnSync(process.execPath, ['-e', '0']).pid;
}

/** Stages a file `a`, and returns what writes a note about it. */
function stageCopy(rig: Rig): (note: object | string) => string {
  const area = join(rig.root, '.tr/tmp');
  mkdirSync(join(area, TREE), { recursive: true });
  writeFileSync(join(area, TREE, 'a'), '');
  return (note) => {
    const path = join(area, `${TREE}.copies`);
    writeFileSync(path, typeof note === 'string' ? note : JSON.stringify({ notedAt: Date.now(), ...note }));
    return path;
  };
}

test('a note of copies that leads elsewhere, or is none, removes nothing else, and goes when it is old', (t) => {
  const rig = createRig(t);
  const note = stageCopy(rig);
  mkdirSync(join(rig.directory, 'outside'));
  const theirs = join(rig.directory, 'outside', `a.${TREE}.tr-tmp`);
  writeFileSync(theirs, '');
  symlinkSync('../../outside', join(rig.root, 'web/way'));
  const owner = { host: hostname(), pid: endedPid() };
  for (const base of ['../outside', 'web/way', join(rig.directory, 'outside'), '', 7]) {
    note({ base, ...owner });
    rig.place.staging.sweepCopies(Date.now() + 2 * HOURS);
    assert.ok(existsSync(theirs), String(base));
  }
  for (const text of ['', '{', '[]', 'null']) {
    const path = note(text);
    rig.place.staging.sweepCopies(Date.now());
    assert.ok(existsSync(path), 'it may be on its way');
    rig.place.staging.sweepCopies(Date.now() + 2 * HOURS);
    assert.ok(!existsSync(path), text);
  }
});

test('what a process of another machine copies is left alone while it may do so', (t) => {
  const rig = createRig(t);
  const half = join(rig.root, 'web', `a.${TREE}.tr-tmp`);
  writeFileSync(half, '');
  const path = stageCopy(rig)({ base: 'web', host: `not-${hostname()}`, pid: endedPid() });
  rig.place.staging.sweepCopies(Date.now());
  assert.ok(existsSync(half) && existsSync(path));
  rig.place.staging.sweepCopies(Date.now() + 2 * HOURS);
  assert.ok(!existsSync(half) && !existsSync(path));
});

test('the miss of a disk in trouble names the error of the system and the output', async (t) => {
  let isBroken = false;
  const write: Disk['write'] = (file, bytes) => {
    if (isBroken) throw Object.assign(new Error('write'), { code: 'EIO' });
    nodeDisk.write(file, bytes);
  };
  const rig = createRig(t, { disk: { ...nodeDisk, write } });
  rig.write({ 'dist/a': 'one' });
  const manifest = await rig.save('key');
  rig.remove('dist');
  isBroken = true;
  assert.deepEqual(await rig.restore(manifest), {
    outcome: 'miss',
    reasons: [{ reason: 'store-trouble', detail: 'store/io: EIO at web/dist/a' }],
  });
});

test('a clone of a blob that has gone bad is put nowhere', async (t) => {
  const { disk, clones } = createCloningDisk();
  const rig = createRig(t, { disk });
  rig.write({ 'dist/a': 'good' });
  const manifest = await rig.save('key');
  rig.remove('dist');
  const path = rig.folder.blobPath(digestOf(Buffer.from('good')).hash);
  const { atime, mtime } = statSync(path);
  chmodSync(path, 0o644);
  writeFileSync(path, 'evil');
  // Nothing about the file says so: the disk has lied.
  utimesSync(path, atime, mtime);
  const miss = await rig.restore(manifest);
  assert.equal(clones(), 1);
  assert.ok(miss.outcome === 'miss' && miss.reasons[0]?.reason === 'integrity');
  assert.deepEqual(rig.read(), {});
});

test('a directory that becomes a link while outputs are put in place is not entered', async (t) => {
  const rig = createRig(t);
  const outside = join(rig.directory, 'outside');
  mkdirSync(outside);
  const deep = join(rig.root, 'web/dist/deep');
  const swapping: Disk = {
    ...nodeDisk,
    rename: (from, to) => {
      nodeDisk.rename(from, to);
      if (!to.endsWith('/web/dist/a')) return;
      renameSync(deep, `${deep}.old`);
      symlinkSync(outside, deep);
    },
  };
  rig.write({ 'dist/a': '1', 'dist/deep/b': '2', 'dist/deep/c': '3' });
  const manifest = await rig.save('key');
  rig.remove('dist/a');
  rig.remove('dist/deep/b');
  const victim = createRig(t, { disk: swapping, directory: rig.directory });
  assert.equal((await victim.restore(manifest)).outcome, 'miss');
  assert.deepEqual(readdirSync(outside), []);
});
