import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '@tr/hash';
import { nodeDisk } from '@tr/store';
import { collectOutputs, compileOutputs, packOutputs } from '../src/index.js';
import { createRig, manifestOf, TASK, type Tree } from './rig.js';

const NAMES = [
  'a',
  'b.js',
  'c d',
  'é',
  '日本',
  '.dot',
  'x.y.z',
  'UPPER',
  '-dash',
  '#hash',
  '%25',
  'quote"s',
  '$x',
  '{b}',
  '(p)',
  '[s]',
  '~',
  '&',
];
const CONTENTS = ['', 'same', 'same', 'other', '\n', 'x'.repeat(70_000), 'é日本\u0000'];

function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A random tree of up to 60 outputs: files of few different contents, modes, links, empty directories. */
function growTree(random: (below: number) => number): Tree {
  const tree: Record<string, Tree[string]> = {};
  const directories = ['dist'];
  const nameOf = (): string => NAMES[random(NAMES.length)] ?? 'a';
  for (let at = 0; at < 60; at++) {
    const path = `${directories[random(directories.length)] ?? 'dist'}/${nameOf()}`;
    if (Object.keys(tree).some((other) => other === path || other.startsWith(`${path}/`)) || directories.includes(path))
      continue;
    const content = CONTENTS[random(CONTENTS.length)] ?? '';
    switch (random(5)) {
      case 0:
        directories.push(path);
        tree[path] = null;
        break;
      case 1:
        tree[path] = { run: content };
        break;
      case 2:
        tree[path] = { link: `other/${nameOf()}` };
        break;
      default:
        tree[path] = content;
    }
  }
  return tree;
}

for (let seed = 1; seed <= 12; seed++) {
  for (const linked of [false, true]) {
    test(`unpacking what was packed is identity (seed ${seed}, ${linked ? 'links' : 'copies'})`, async (t) => {
      const rig = createRig(t);
      rig.write(growTree(createRandom(seed)));
      const manifest = manifestOf('key', (await rig.pack()).entries);
      assert.ok(manifest.entries.length > 30);
      const before = rig.read();
      rig.remove('dist');
      const restored = await rig.restore(manifest, { linked });
      assert.equal(restored.outcome, 'restored');
      assert.deepEqual(rig.read(), before);
      assert.deepEqual(await rig.restore(manifest, { linked }), { outcome: 'fresh' });
      assert.deepEqual((await rig.pack()).entries, manifest.entries);
    });
  }
}

test('row 13: files of equal content are all restored', async (t) => {
  const rig = createRig(t);
  rig.write({
    'dist/one': 'same',
    'dist/two': 'same',
    'dist/deep/three': 'same',
    'dist/run': { run: 'same' },
    'dist/empty': '',
    'dist/void': '',
  });
  const manifest = await rig.save('key');
  const before = rig.read();
  for (const linked of [false, true]) {
    rig.remove('dist');
    assert.deepEqual(await rig.restore(manifest, { linked }), { outcome: 'restored', files: 6, bytes: 16 });
    assert.deepEqual(rig.read(), before);
  }
});

test('large files are streamed both ways', async (t) => {
  const rig = createRig(t);
  rig.write({ 'dist/large': 'large'.repeat(2_000_000) });
  const manifest = await rig.save('key');
  const before = digestOf(readFileSync(join(rig.root, 'web/dist/large')));
  rig.remove('dist');
  assert.equal((await rig.restore(manifest)).outcome, 'restored');
  assert.deepEqual(digestOf(readFileSync(join(rig.root, 'web/dist/large'))), before);
});

test('a restored file is new, and nobody else\u2019s: the store does not change with it (row 12)', async (t) => {
  const rig = createRig(t);
  rig.write({ 'dist/a': 'good' });
  const manifest = await rig.save('key');
  rig.remove('dist');
  const started = Date.now() - 5000;
  await rig.restore(manifest);
  const path = join(rig.root, 'web/dist/a');
  assert.ok(statSync(path).mtimeMs > started && (statSync(path).mode & 0o200) !== 0);
  writeFileSync(path, 'evil');
  await rig.restore(manifest);
  assert.equal(readFileSync(path, 'utf8'), 'good');
});

test('only what is wrong is written', async (t) => {
  const rig = createRig(t);
  rig.write({ 'dist/a': 'a', 'dist/b': 'b', 'dist/run': { run: 'r' }, 'dist/l': { link: 'a' }, 'dist/e': null });
  const manifest = await rig.save('key');
  const inode = lstatSync(join(rig.root, 'web/dist/a')).ino;
  rig.write({ 'dist/b': 'changed' });
  chmodSync(join(rig.root, 'web/dist/run'), 0o644);
  rig.remove('dist/l');
  rig.remove('dist/e');
  assert.deepEqual(await rig.restore(manifest), { outcome: 'restored', files: 2, bytes: 2 });
  assert.deepEqual(rig.read(), {
    'dist/a': 'a',
    'dist/b': 'b',
    'dist/run': { run: 'r' },
    'dist/l': { link: 'a' },
    'dist/e': null,
  });
  assert.equal(lstatSync(join(rig.root, 'web/dist/a')).ino, inode);
});

test('a file becomes a directory and the other way round', async (t) => {
  const rig = createRig(t);
  rig.write({ 'dist/x': 'file', 'dist/y/z': 'below' });
  const first = await rig.save('first');
  rig.remove('dist');
  rig.write({ 'dist/x/deep/w': 'below', 'dist/y': { link: 'x' } });
  const second = await rig.save('second');
  for (const [manifest, expected] of [
    [first, { 'dist/x': 'file', 'dist/y/z': 'below' }],
    [second, { 'dist/x/deep/w': 'below', 'dist/y': { link: 'x' } }],
    [first, { 'dist/x': 'file', 'dist/y/z': 'below' }],
  ] as const) {
    assert.equal((await rig.restore(manifest)).outcome, 'restored');
    assert.deepEqual(rig.read(), expected);
  }
});

test('files of an earlier set go, with directories that they leave empty; nothing else does', async (t) => {
  const rig = createRig(t);
  rig.write({ 'dist/a.js': '1' });
  const small = await rig.save('small', ['dist/**/*.js']);
  rig.write({ 'dist/old/deep/b.js': '2', 'dist/both/c.js': '3' });
  await rig.save('large', ['dist/**/*.js']);
  rig.write({ 'dist/both/notes.txt': 'mine', 'dist/extra.js': 'not recorded', 'dist/void': null });
  assert.equal((await rig.restore(small, { include: ['dist/**/*.js'] })).outcome, 'restored');
  assert.deepEqual(rig.read(), {
    'dist/a.js': '1',
    'dist/both/notes.txt': 'mine',
    'dist/extra.js': 'not recorded',
    'dist/void': null,
  });
  assert.deepEqual(await rig.restore(small, { include: ['dist/**/*.js'] }), { outcome: 'fresh' });
});

test('the earlier set is remembered through an execution that failed', async (t) => {
  const rig = createRig(t);
  rig.write({ 'dist/a': '1' });
  const small = await rig.save('small');
  rig.write({ 'dist/b': '2' });
  await rig.save('large');
  const record = rig.place.records.read(TASK);
  rig.place.records.write(TASK, { paths: record?.paths() ?? [] });
  assert.equal((await rig.restore(small)).outcome, 'restored');
  assert.deepEqual(rig.read(), { 'dist/a': '1' });
});

test('a record that names what is not ours removes nothing', async (t) => {
  const rig = createRig(t);
  rig.write({ 'dist/a': '1', 'src/a.ts': 'source', 'package.json': '{}' });
  const manifest = await rig.save('key');
  writeFileSync(join(rig.directory, 'outside'), 'outside');
  rig.write({ 'dist/way': { link: '../src' } });
  rig.place.records.write(TASK, {
    paths: [
      'web/src/a.ts',
      'web/package.json',
      '../outside',
      'web/dist/../src/a.ts',
      '/etc/hostname',
      'web/dist/way/a.ts',
      'web/',
      'web/src/',
    ],
  });
  await rig.restore(manifest);
  assert.ok(existsSync(join(rig.directory, 'outside')));
  assert.deepEqual(rig.read(), {
    'dist/a': '1',
    'dist/way': { link: '../src' },
    'src/a.ts': 'source',
    'package.json': '{}',
  });
});

test('row 14: whatever is wrong with a blob, the outputs are as before', async (t) => {
  for (const damage of ['gone', 'flipped', 'cut'] as const) {
    const rig = createRig(t);
    rig.write(Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`dist/${at}`, `new ${at}`])));
    const manifest = await rig.save('key');
    rig.remove('dist');
    rig.write({ 'dist/7': 'old', 'dist/mine': 'x' });
    const path = rig.folder.blobPath(digestOf(Buffer.from('new 7')).hash);
    chmodSync(path, 0o644);
    if (damage === 'gone') nodeDisk.unlink(path);
    else writeFileSync(path, damage === 'cut' ? 'new' : 'New 7');
    for (const linked of [false, true]) {
      const miss = await rig.restore(manifest, { linked });
      assert.ok(miss.outcome === 'miss');
      const expected = damage === 'gone' || linked ? ['blob-missing'] : ['integrity'];
      assert.deepEqual(
        miss.reasons.map(({ reason }) => reason),
        expected,
      );
      assert.deepEqual(rig.read(), { 'dist/7': 'old', 'dist/mine': 'x' });
      rig.place.staging.dispose(Date.now());
      assert.deepEqual(nodeDisk.readDirectory(join(rig.root, '.tr/tmp')), []);
    }
  }
});

test('a linked output that somebody edits never comes back, and the entry is a miss', async (t) => {
  const rig = createRig(t);
  rig.write({ 'dist/a': 'good', 'dist/run': { run: 'tool' } });
  const manifest = await rig.save('key');
  rig.remove('dist');
  assert.equal((await rig.restore(manifest, { linked: true })).outcome, 'restored');
  const path = join(rig.root, 'web/dist/a');
  assert.equal(statSync(path).ino, statSync(rig.folder.blobPath(digestOf(Buffer.from('good')).hash)).ino);
  assert.equal(statSync(join(rig.root, 'web/dist/run')).mode & 0o777, 0o555);
  chmodSync(path, 0o644);
  writeFileSync(path, 'evil');
  const miss = await rig.restore(manifest, { linked: true });
  assert.ok(miss.outcome === 'miss' && miss.reasons[0]?.reason === 'integrity');
  assert.deepEqual(await rig.blobs.findMissing([digestOf(Buffer.from('good'))]), {
    ok: true,
    value: [digestOf(Buffer.from('good'))],
  });
});

test('a linked output that was made executable, or no longer so, is restored as it was', async (t) => {
  const rig = createRig(t);
  rig.write({ 'dist/a': 'good', 'dist/run': { run: 'tool' } });
  const manifest = await rig.save('key');
  rig.remove('dist');
  await rig.restore(manifest, { linked: true });
  const [file, tool] = ['web/dist/a', 'web/dist/run'].map((path) => join(rig.root, path));
  chmodSync(file ?? '', 0o755);
  chmodSync(tool ?? '', 0o644);
  assert.equal((await rig.restore(manifest, { linked: true })).outcome, 'restored');
  assert.deepEqual(
    [file, tool].map((path) => statSync(path ?? '').mode & 0o777),
    [0o444, 0o555],
  );
});

test('outputs that change while they are packed are noticed', async (t) => {
  const rig = createRig(t);
  rig.write({ 'dist/a': 'aaaa', 'dist/b': 'bbbb', 'dist/c': 'cccc' });
  const path = join(rig.root, 'web/dist/a');
  for (const change of [
    () => writeFileSync(path, 'AAAA'),
    () => nodeDisk.unlink(path),
    () => (renameSync(path, `${path}2`), mkdirSync(path)),
  ]) {
    const blobs = {
      ...rig.blobs,
      putBytes: async (bytes: Uint8Array) => {
        if (Buffer.from(bytes).toString() === 'bbbb') change();
        return await rig.blobs.putBytes(bytes);
      },
    };
    const matcher = compileOutputs({ include: ['dist/[abc]'], exclude: [] }, 'web');
    const collected = await collectOutputs({ disk: nodeDisk, root: rig.root, matcher });
    assert.ok(collected.ok);
    const packed = await packOutputs({
      disk: nodeDisk,
      root: rig.root,
      blobs,
      collected: collected.value,
      linked: true,
    });
    assert.deepEqual(packed, {
      ok: false,
      failure: { kind: 'outputs', reason: { reason: 'outputs-changed', paths: ['web/dist/a'] } },
    });
    rig.remove('dist/a');
    rig.write({ 'dist/a': 'aaaa' });
  }
});

test('outputs that cannot be stored faithfully are named', async (t) => {
  for (const [tree, path] of [
    [{ 'dist/out': { link: '../../..' } }, 'web/dist/out'],
    [{ 'dist/abs': { link: '/etc/passwd' } }, 'web/dist/abs'],
    [{ 'dist/x': { link: 'y' }, 'dist/y': { link: 'x' } }, 'web/dist/x'],
    [{ 'dist/Readme': '1', 'dist/README': '2' }, 'web/dist/Readme'],
    [{ 'dist/aux.js': '1' }, 'web/dist/aux.js'],
    [{ 'dist/back\\slash': '1' }, 'web/dist/back\\slash'],
  ] as readonly [Tree, string][]) {
    const rig = createRig(t);
    rig.write(tree);
    const collected = await collectOutputs({
      disk: nodeDisk,
      root: rig.root,
      matcher: compileOutputs({ include: ['dist/**'], exclude: [] }, 'web'),
    });
    assert.ok(collected.ok);
    const packed = await packOutputs({
      disk: nodeDisk,
      root: rig.root,
      blobs: rig.blobs,
      collected: collected.value,
      linked: true,
    });
    assert.ok(!packed.ok && packed.failure.kind === 'outputs' && packed.failure.reason.reason === 'unsafe-output');
    assert.equal(packed.failure.reason.path, path);
  }
});

const utf8Only = process.platform === 'linux' ? false : 'file systems here take no other names than UTF-8';

test('what is named in bytes that are not UTF-8 is not stored under another name', { skip: utf8Only }, async (t) => {
  const odd = (text: string): Buffer => Buffer.from(text, 'latin1');
  const makers: readonly ((dist: string) => void)[] = [
    (dist) => writeFileSync(odd(`${dist}/a\xffb`), 'x'),
    (dist) => (mkdirSync(odd(`${dist}/a\xffb`)), writeFileSync(odd(`${dist}/a\xffb/f`), 'x')),
    (dist) => symlinkSync(odd('a\xffb'), `${dist}/link`),
  ];
  for (const make of makers) {
    const rig = createRig(t);
    rig.write({ 'dist/plain': '1' });
    make(join(rig.root, 'web/dist'));
    await assert.rejects(rig.pack(), /not valid UTF-8/);
  }
});

test('outputs that cannot be stored for their names are noticed before anything is', async (t) => {
  const rig = createRig(t);
  rig.write({ 'dist/a': 'content of a', 'dist/Z': '1', 'dist/z': '2' });
  await assert.rejects(rig.pack(), /only in case/);
  const missing = await rig.blobs.findMissing([digestOf(Buffer.from('content of a'))]);
  assert.equal(missing.ok && missing.value.length, 1);
});

test('modification times may be anything', async (t) => {
  const rig = createRig(t);
  rig.write({ 'dist/a': 'a' });
  for (const seconds of [0, 946_684_800, Date.now() / 1000 + 1e6]) {
    utimesSync(join(rig.root, 'web/dist/a'), seconds, seconds);
    const manifest = await rig.save(`at ${seconds}`);
    assert.deepEqual(await rig.restore(manifest), { outcome: 'fresh' });
  }
});
