import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { digestOf } from '@tr/hash';
import { compareStrings, type Manifest, type ManifestEntry } from '@tr/model';
import { fromManifestBytes, toManifestBytes } from '@tr/store';
import { findClash } from '../src/index.js';
import { createRig, manifestOf, readTree, type Rig } from './rig.js';

/** Manifests that anybody may have put into a shared cache: none may touch anything but declared outputs. */

const EVIL = Buffer.from('evil');
const file = (path: string): ManifestEntry => ({ type: 'file', path, executable: true, digest: digestOf(EVIL) });
const link = (path: string, target: string): ManifestEntry => ({ type: 'symlink', path, target });
const directory = (path: string): ManifestEntry => ({ type: 'directory', path });

/** What reaches the disk of a victim: the manifest as it is read from a store, or undefined when it is refused there. */
function receive(manifest: Manifest): Manifest | undefined {
  const parsed = fromManifestBytes(toManifestBytes(manifest), manifest.actionKey);
  return parsed.ok ? parsed.value : undefined;
}

async function createVictim(t: TestContext): Promise<Rig> {
  const rig = createRig(t);
  await rig.blobs.putBytes(EVIL);
  rig.write({ 'dist/good.js': 'good', 'src/index.ts': 'source', 'package.json': '{}' });
  mkdirSync(join(rig.root, '.git/hooks'), { recursive: true });
  mkdirSync(join(rig.root, 'node_modules/.bin'), { recursive: true });
  writeFileSync(join(rig.directory, 'outside'), 'outside');
  return rig;
}

function snapshot(rig: Rig): unknown {
  const names = readdirSync(rig.directory).filter((name) => name !== 'cache');
  const { ...tree } = readTree(rig.root);
  const own = Object.entries(tree).filter(([path]) => !path.startsWith('.tr'));
  return [names, own, readTree(join(rig.root, '.git'))];
}

const HOSTILE: readonly [string, readonly ManifestEntry[]][] = [
  ['an absolute path', [file('/tmp/evil-tr')]],
  ['a way up', [file('../outside')]],
  ['a way up from inside', [file('web/dist/../../../outside')]],
  ['a way to a source file', [file('web/dist/../src/index.ts')]],
  ['a source file', [file('web/src/index.ts')]],
  ['the manifest of the package', [file('web/package.json')]],
  ['another package', [file('api/dist/a.js')]],
  ['a neighbour whose name begins alike', [file('web/dist-evil/a.js')]],
  ['a hook of git', [file('.git/hooks/pre-commit')]],
  ['a hook of git inside the outputs', [file('web/dist/.git/hooks/pre-commit')]],
  ['a hook of git in capitals', [file('web/dist/.GIT/config')]],
  ['a short name of git\u2019s folder', [file('web/dist/git~1/config')]],
  ['our own state', [file('.tr/cache/v1/format.json')]],
  ['our own state inside the outputs', [file('web/dist/.tr/x')]],
  ['commands of the workspace', [file('node_modules/.bin/tsc')]],
  ['a drive', [file('C:/Windows/evil')]],
  ['a drive without a slash', [file('c:evil')]],
  ['backslashes', [file('web\\dist\\..\\..\\outside')]],
  ['a backslash inside', [file('web/dist/..\\..\\..\\outside')]],
  ['a NUL', [file('web/dist/a\0.js')]],
  ['a line end', [file('web/dist/a\nb')]],
  ['a device of Windows', [file('web/dist/NUL')]],
  ['a device of Windows with an extension', [file('web/dist/con.txt')]],
  ['a trailing dot', [file('web/dist/a.')]],
  ['a trailing space', [file('web/dist/a ')]],
  ['an empty path', [file('')]],
  ['an empty segment', [file('web//dist/a')]],
  ['a dot segment', [file('web/./dist/a')]],
  ['half a character', [file('web/dist/\ud800')]],
  ['a very long name', [file(`web/dist/${'x'.repeat(300)}`)]],
  ['a very long path', [file(`web/dist/${'x/'.repeat(3000)}x`)]],
  ['names that differ in case', [file('web/dist/A'), file('web/dist/a')]],
  ['directories that differ in case', [file('web/dist/D/a'), file('web/dist/d/b')]],
  ['a link that differs in case from a directory', [link('web/dist/D', 'x'), file('web/dist/d/b')]],
  ['names that differ in Unicode form', [file('web/dist/\u00e9'), file('web/dist/e\u0301')]],
  ['names that differ in the case of other letters', [file('web/dist/\u00c9'), file('web/dist/\u00e9')]],
  ['the Kelvin sign for a k', [file('web/dist/\u212a'), file('web/dist/k')]],
  ['a sharp s for two', [file('web/dist/ss'), file('web/dist/\u00df')]],
  ['a link to an absolute path', [link('web/dist/l', '/etc/passwd')]],
  ['a link out of the workspace', [link('web/dist/l', '../../../outside')]],
  ['a link that goes down and up again', [link('web/dist/d', '../..'), link('web/dist/l', 'd/../outside')]],
  ['a link into git\u2019s folder', [link('web/dist/l', '../../.git/hooks')]],
  ['a link into our state', [link('web/dist/l', '../../.tr')]],
  ['a link to a drive', [link('web/dist/l', 'C:\\Windows')]],
  ['a link to nothing', [link('web/dist/l', '')]],
  ['a link to itself', [link('web/dist/l', 'l')]],
  ['links in a circle', [link('web/dist/x', 'y'), link('web/dist/y', 'z'), link('web/dist/z', 'x')]],
  ['a link that grows', [link('web/dist/l', 'l/l')]],
  ['links that lead to each other through directories', [link('web/dist/x', 'y/a'), link('web/dist/y', 'x/b')]],
  ['a file through a link of the manifest', [link('web/dist/l', '../src'), file('web/dist/l/index.ts')]],
  ['a file through a link of the manifest, further down', [link('web/dist/l', '..'), file('web/dist/l/src/index.ts')]],
  ['a file below a file', [file('web/dist/f'), file('web/dist/f/g')]],
  ['a link for the output directory, with files', [link('web/dist', 'src'), file('web/dist/index.ts')]],
  ['the same path twice', [file('web/dist/a'), file('web/dist/a')]],
  ['the package itself', [directory('web')]],
  ['the package as a file', [file('web')]],
  ['the package as a link', [link('web', 'api')]],
];

for (const [title, entries] of HOSTILE) {
  test(`changes nothing: ${title}`, async (t) => {
    const rig = await createVictim(t);
    const before = snapshot(rig);
    for (const order of [entries, [...entries].sort((a, b) => compareStrings(a.path, b.path))]) {
      const manifest = manifestOf('evil', order);
      const received = receive(manifest);
      // Most are refused when they are read; a restore refuses them all by itself.
      for (const attack of received === undefined ? [manifest] : [received, manifest]) {
        const restoration = await rig.restore(attack);
        assert.ok(restoration.outcome === 'miss', JSON.stringify(restoration));
        if (received !== undefined) assert.equal(restoration.reasons[0]?.reason, 'integrity');
      }
      assert.deepEqual(snapshot(rig), before);
    }
  });
}

test('changes nothing outside: a huge number of entries or bytes', () => {
  const many = Array.from({ length: 1_000_001 }, (_, at) => directory(`web/dist/${String(at).padStart(7, '0')}`));
  assert.equal(receive(manifestOf('evil', many)), undefined);
  const huge = { ...file('web/dist/a'), digest: { ...digestOf(EVIL), size: 2 ** 50 } };
  assert.equal(receive(manifestOf('evil', [huge])), undefined);
  const half = (path: string): ManifestEntry =>
    ({ ...file(path), digest: { ...digestOf(EVIL), size: 2 ** 39 + 1 } }) as ManifestEntry;
  assert.equal(receive(manifestOf('evil', [half('web/dist/a'), half('web/dist/b')])), undefined);
});

test('changes nothing: a size that is a lie', async (t) => {
  const rig = await createVictim(t);
  const before = snapshot(rig);
  for (const size of [0, 3, 5, 2 ** 39]) {
    const lie: ManifestEntry = {
      type: 'file',
      path: 'web/dist/a',
      executable: false,
      digest: { ...digestOf(EVIL), size },
    };
    const restoration = await rig.restore(manifestOf('evil', [lie]));
    assert.equal(restoration.outcome, 'miss');
    assert.deepEqual(snapshot(rig), before);
    await rig.blobs.putBytes(EVIL);
  }
});

const IN_THE_WAY: readonly [string, (rig: Rig) => void, readonly ManifestEntry[]][] = [
  ['the output directory is a link out', (rig) => relink(rig, 'dist', rig.directory), [file('web/dist/outside')]],
  ['the output directory is a link to the sources', (rig) => relink(rig, 'dist', 'src'), [file('web/dist/index.ts')]],
  [
    'a directory inside the outputs is a link out',
    (rig) => relink(rig, 'dist/sub', rig.directory),
    [directory('web/dist/sub'), file('web/dist/sub/outside')],
  ],
  [
    'a directory with files of others stands where a file goes',
    (rig) => rig.write({ 'dist/x/mine': 'mine' }),
    [file('web/dist/x')],
  ],
];

for (const [title, prepare, entries] of IN_THE_WAY) {
  test(`changes nothing: ${title}`, async (t) => {
    const rig = await createVictim(t);
    prepare(rig);
    const before = snapshot(rig);
    const restoration = await rig.restore(manifestOf('evil', entries));
    assert.ok(
      restoration.outcome === 'miss' && restoration.reasons[0]?.reason === 'obstacle',
      JSON.stringify(restoration),
    );
    assert.deepEqual(snapshot(rig), before);
  });
}

function relink(rig: Rig, path: string, target: string): void {
  rig.remove(path);
  symlinkSync(target, join(rig.root, 'web', path));
}

test('a link at the place of an output is replaced, not written through', async (t) => {
  const rig = await createVictim(t);
  relink(rig, 'dist/good.js', '../src/index.ts');
  assert.equal((await rig.restore(manifestOf('key', [file('web/dist/good.js')]))).outcome, 'restored');
  assert.deepEqual(rig.read(), { 'dist/good.js': { run: 'evil' }, 'src/index.ts': 'source', 'package.json': '{}' });
});

test('what is harmless is not refused', () => {
  const harmless: readonly (readonly ManifestEntry[])[] = [
    [file('web/dist/a'), file('web/dist/b/a')],
    [link('web/dist/.bin/x', '../x/cli.js'), file('web/dist/x/cli.js')],
    [link('web/dist/self', '.'), link('web/dist/up', '..')],
    // Packages that link to each other, as package managers make them.
    [link('a/node_modules/b', '../../b'), link('b/node_modules/a', '../../a')],
    [link('web/dist/1', '2'), link('web/dist/2', '3'), link('web/dist/3', 'nowhere')],
  ];
  for (const entries of harmless) assert.equal(findClash(entries), undefined, JSON.stringify(entries));
});
