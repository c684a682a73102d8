import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Manifest } from '@tr/model';
import { nodeDisk, type Disk, type FileLook } from '@tr/store';
import { createRig, TASK, type Rig } from './rig.js';

interface Saved {
  readonly rig: Rig;
  readonly manifest: Manifest;
  /** Paths opened for reading since the last call. */
  readonly opened: () => string[];
  readonly file: (name: string) => string;
}

/** Three outputs, saved and looked at once more, so that nothing is racy. */
async function save(t: TestContext): Promise<Saved> {
  const names: string[] = [];
  const disk: Disk = {
    ...nodeDisk,
    open: (path, how, mode) => {
      if (how === 'read') names.push(path);
      return nodeDisk.open(path, how, mode);
    },
  };
  const rig = createRig(t, { disk });
  rig.write({ 'dist/a': 'aaaa', 'dist/b': 'bbbb', 'dist/deep/l': { link: '../a' }, 'dist/e': null });
  const manifest = await rig.save('key');
  await settle(rig, manifest);
  names.length = 0;
  const file = (name: string): string => join(rig.root, 'web/dist', name);
  return { rig, manifest, opened: () => names.splice(0).filter((path) => path.includes('/web/')), file };
}

/** Lets the file system's clock move on, then lets the record be written again. */
async function settle(rig: Rig, manifest: Manifest): Promise<void> {
  const before = rig.place.records.sampleClock() ?? 0;
  while ((rig.place.records.sampleClock() ?? 0) <= before);
  assert.deepEqual(await rig.restore(manifest), { outcome: 'fresh' });
}

test('untouched outputs are fresh without being read, and nothing is written', async (t) => {
  const { rig, manifest, opened } = await save(t);
  const state = join(rig.root, '.tr/state/v1/outputs');
  const [record] = readdirSync(state);
  const before = statSync(join(state, record ?? ''));
  assert.deepEqual(await rig.restore(manifest), { outcome: 'fresh' });
  assert.deepEqual(opened(), []);
  const after = statSync(join(state, record ?? ''));
  assert.deepEqual([after.ino, after.ctimeMs], [before.ino, before.ctimeMs]);
});

for (const [title, linked] of [
  ['', false],
  [', of a task whose outputs are links once they are restored', true],
] as const) {
  test(`a flipped byte with size and time put back is seen${title}`, async (t) => {
    const { rig, manifest, file } = await save(t);
    const { atime, mtime } = statSync(file('a'));
    writeFileSync(file('a'), 'aaaA');
    utimesSync(file('a'), atime, mtime);
    assert.deepEqual(await rig.restore(manifest, { linked }), { outcome: 'restored', files: 1, bytes: 4 });
    assert.equal(readFileSync(file('a'), 'utf8'), 'aaaa');
  });
}

const WRONG: readonly [string, (file: (name: string) => string) => void][] = [
  ['is gone', (file) => rmSync(file('a'))],
  ['is shorter', (file) => writeFileSync(file('a'), 'aaa')],
  ['may be executed', (file) => chmodSync(file('a'), 0o755)],
  ['is a link', (file) => (renameSync(file('a'), file('a2')), symlinkSync('a2', file('a')))],
  ['leads elsewhere', (file) => (rmSync(file('deep/l')), symlinkSync('../b', file('deep/l')))],
  ['is a file instead of a link', (file) => (rmSync(file('deep/l')), writeFileSync(file('deep/l'), 'aaaa'))],
  ['is a directory that is gone', (file) => rmSync(file('e'), { recursive: true })],
  ['lies in a directory that is gone', (file) => rmSync(file('deep'), { recursive: true })],
];

for (const [title, change] of WRONG) {
  test(`an output that ${title} is put right`, async (t) => {
    const { rig, manifest, file } = await save(t);
    change(file);
    assert.equal((await rig.restore(manifest)).outcome, 'restored');
    rmSync(file('a2'), { force: true });
    assert.deepEqual(rig.read('dist'), { a: 'aaaa', b: 'bbbb', 'deep/l': { link: '../a' }, e: null });
    assert.deepEqual(await rig.restore(manifest), { outcome: 'fresh' });
  });
}

test('a touched output is read, found right, and written down', async (t) => {
  const { rig, manifest, opened, file } = await save(t);
  utimesSync(file('a'), 1, 1);
  assert.deepEqual(await rig.restore(manifest), { outcome: 'fresh' });
  assert.deepEqual(opened(), [file('a')]);
  await settle(rig, manifest);
  opened();
  assert.deepEqual(await rig.restore(manifest), { outcome: 'fresh' });
  assert.deepEqual(opened(), []);
});

for (const linked of [false, true]) {
  test(`an output written in the very tick of the record is read again (${linked ? 'links' : 'copies'})`, async (t) => {
    const rig = createRig(t);
    rig.write({ 'dist/a': 'good' });
    const path = join(rig.root, 'web/dist/a');
    // Somebody else's link: the change time says nothing.
    if (linked) linkSync(path, join(rig.directory, 'link'));
    const stats = statSync(path);
    // The clock of this disk stands still: a write leaves the very same stat.
    const frozen: Disk = {
      ...nodeDisk,
      lstat: (name) => (name === path ? stats : nodeDisk.lstat(name)),
      fstat: (file) => Object.assign(nodeDisk.fstat(file), { mtimeMs: stats.mtimeMs }),
    };
    const racy = createRig(t, { disk: frozen, directory: rig.directory });
    const manifest = await racy.save('key');
    assert.deepEqual(await racy.restore(manifest, { linked }), { outcome: 'fresh' });
    writeFileSync(path, 'evil');
    assert.equal((await racy.restore(manifest, { linked })).outcome, 'restored');
    assert.equal(readFileSync(path, 'utf8'), 'good');
  });
}

test('an output that was right in the tick in which it was compared is read again when others were put in place', async (t) => {
  const rig = createRig(t);
  rig.write({ 'dist/a': 'good', 'dist/b': 'other' });
  const path = join(rig.root, 'web/dist/a');
  const stats = statSync(path);
  let late = 0;
  const slow: Disk = {
    ...nodeDisk,
    lstat: (name) => (name === path ? stats : nodeDisk.lstat(name)),
    fstat: (file) => Object.assign(nodeDisk.fstat(file), { mtimeMs: stats.mtimeMs + late }),
    rename: (from, to) => {
      nodeDisk.rename(from, to);
      // Since it was compared; what is put in place takes its time.
      if (to.endsWith('dist/b')) {
        writeFileSync(path, 'evil');
        late = 10_000;
      }
    },
  };
  const racy = createRig(t, { disk: slow, directory: rig.directory });
  const manifest = await racy.save('key');
  racy.remove('dist/b');
  assert.equal((await racy.restore(manifest)).outcome, 'restored');
  assert.equal((await racy.restore(manifest)).outcome, 'restored');
  assert.equal(readFileSync(path, 'utf8'), 'good');
});

test('an output that shows whole seconds is compared by content while that second lasts', async (t) => {
  const rig = createRig(t);
  rig.write({ 'dist/a': 'good' });
  const path = join(rig.root, 'web/dist/a');
  // The outputs lie on another file system than the records, whose clock shows more.
  const second = Math.floor(statSync(path).ctimeMs / 1000) * 1000;
  const show = <T extends FileLook>(stats: T): T => Object.assign(stats, { mtimeMs: second, ctimeMs: second, ino: 1 });
  const coarse: Disk = {
    ...nodeDisk,
    lstat: (name) => {
      const stats = nodeDisk.lstat(name);
      return stats && name === path ? show(stats) : stats;
    },
    fstat: (file) => {
      const stats = nodeDisk.fstat(file);
      return stats.size === 4 ? show(stats) : Object.assign(stats, { mtimeMs: second + 999.5 });
    },
  };
  const racy = createRig(t, { disk: coarse, directory: rig.directory });
  const manifest = await racy.save('key');
  assert.deepEqual(await racy.restore(manifest), { outcome: 'fresh' });
  writeFileSync(path, 'evil');
  assert.equal((await racy.restore(manifest)).outcome, 'restored');
  assert.equal(readFileSync(path, 'utf8'), 'good');
});

test('right outputs without a record are compared by content and left alone', async (t) => {
  const { rig, manifest, opened, file } = await save(t);
  rmSync(join(rig.root, '.tr'), { recursive: true });
  const inode = statSync(file('a')).ino;
  assert.deepEqual(await rig.restore(manifest), { outcome: 'fresh' });
  assert.deepEqual(opened(), [file('a'), file('b')]);
  assert.equal(statSync(file('a')).ino, inode);
});

test('row 16: outputs of another entry are not fresh', async (t) => {
  const { rig, manifest, file } = await save(t);
  writeFileSync(file('a'), 'AAAA');
  const other = await rig.save('other');
  assert.deepEqual(await rig.restore(other), { outcome: 'fresh' });
  assert.equal((await rig.restore(manifest)).outcome, 'restored');
  assert.equal(readFileSync(file('a'), 'utf8'), 'aaaa');
});

for (const [title, damage] of [
  ['torn', (text: string) => text.slice(0, text.length >> 1)],
  ['cut at its last line', (text: string) => text.slice(0, -1)],
  ['empty', () => ''],
  ['of another version', (text: string) => text.replace('"version":2', '"version":3')],
  ['of another task', (text: string) => text.replace('web#build', 'web#other')],
  ['with a stamp too few', (text: string) => text.replace(/,\d+\]/, ']')],
  ['with words for numbers', (text: string) => text.replace(/"stamps":\[\d+/, '"stamps":["x"')],
  ['not JSON', (text: string) => text.replace('{', '[')],
] as const) {
  test(`a record that is ${title} is none`, async (t) => {
    const { rig, manifest, opened, file } = await save(t);
    const state = join(rig.root, '.tr/state/v1/outputs');
    const [record = ''] = readdirSync(state);
    const text = readFileSync(join(state, record), 'utf8');
    writeFileSync(join(state, record), damage(text.slice(text.lastIndexOf('\n', text.length - 2) + 1)));
    assert.deepEqual(await rig.restore(manifest), { outcome: 'fresh' });
    assert.deepEqual(opened(), [file('a'), file('b')]);
  });
}

test('outputs reached through a link are not right, and the link is not followed', async (t) => {
  const rig = createRig(t);
  rig.write({ 'dist/a.js': 'aaaa' });
  const manifest = await rig.save('key', ['dist/*.js']);
  const include = ['dist/*.js'];
  mkdirSync(join(rig.directory, 'elsewhere'));
  writeFileSync(join(rig.directory, 'elsewhere/a.js'), 'aaaa');
  rig.remove('dist');
  symlinkSync(join(rig.directory, 'elsewhere'), join(rig.root, 'web/dist'));
  const miss = await rig.restore(manifest, { include });
  assert.ok(miss.outcome === 'miss' && miss.reasons[0]?.reason === 'obstacle');
  assert.deepEqual(readdirSync(join(rig.directory, 'elsewhere')), ['a.js']);
});

test('linked outputs stay fresh when another work tree links to the same file', async (t) => {
  const { rig, manifest, opened, file } = await save(t);
  rig.remove('dist');
  await rig.restore(manifest, { linked: true });
  const before = rig.place.records.sampleClock() ?? 0;
  while ((rig.place.records.sampleClock() ?? 0) <= before);
  await rig.restore(manifest, { linked: true });
  opened();
  nodeDisk.hardLink(file('a'), join(rig.directory, 'another'));
  assert.deepEqual(await rig.restore(manifest, { linked: true }), { outcome: 'fresh' });
  assert.deepEqual(opened(), []);
});

test('a tool\u2019s notes are copies among linked outputs: what it writes into them stays out of the store', async (t) => {
  const rig = createRig(t);
  const notes = ['dist/.package-lock.json', 'dist/.bin/run', 'dist/.pnpm/lock.yaml'];
  const others = ['dist/.pnpm/a@1/index.js', 'dist/a/index.js'];
  rig.write(Object.fromEntries([...notes, ...others].map((path) => [path, path])));
  const manifest = await rig.save('key');
  rig.remove('dist');
  await rig.restore(manifest, { linked: true });
  const linksOf = (path: string): number => lstatSync(join(rig.root, 'web', path)).nlink;
  assert.deepEqual(notes.map(linksOf), [1, 1, 1]);
  assert.deepEqual(others.map(linksOf), [2, 2]);
  for (const path of notes) appendFileSync(join(rig.root, 'web', path), 'changed in place');
  assert.deepEqual(await rig.restore(manifest, { linked: true }), {
    outcome: 'restored',
    files: 3,
    bytes: notes.join('').length,
  });
});

test('what a killed command wrote in the tick in which it was started is removed', async (t) => {
  const rig = createRig(t);
  rig.write({ 'dist/a': 'aaaa' });
  const manifest = await rig.save('key');
  rig.write({ 'dist/half': 'h' });
  const unfinishedSince = lstatSync(join(rig.root, 'web/dist/half')).ctimeMs;
  rig.place.records.write(TASK, { paths: ['web/dist/a'], unfinishedSince });
  await rig.restore(manifest);
  assert.deepEqual(rig.read('dist'), { a: 'aaaa' });
});
