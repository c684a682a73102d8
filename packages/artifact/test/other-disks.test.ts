import assert from 'node:assert/strict';
import {
  chmodSync,
  constants,
  copyFileSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '@tr/hash';
import { nodeDisk, type Disk } from '@tr/store';
import { createRig } from './rig.js';

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
    const left = Object.entries(rig.read()).filter(([, content]) => content !== null);
    assert.deepEqual(Object.fromEntries(left), isFull ? {} : tree);
  }
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
