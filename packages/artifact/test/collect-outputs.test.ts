import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeDisk } from '@tr/store';
import { collectOutputs, compileOutputs } from '../src/index.js';
import { createRig, writeTree, type Tree } from './rig.js';

/** The tree that the answers of Turborepo 2.11.11 were collected on (its `.git` and its links out are left out). */
const TREE: Tree = {
  'dist/a.js': { run: '1' },
  'dist/sub/b.js': '2',
  'dist/sub/deep/c.map': '3',
  'dist/.dot/d': '4',
  'dist/.hidden': '5',
  'dist/zero': '',
  'dist/empty': null,
  'dist/.git/x/y': 'g',
  'dist/.TR/z': 'z',
  'dist/node_modules/m/i.js': 'n',
  'dist/link': { link: 'a.js' },
  'dist/linkdir': { link: 'sub' },
  'dist/broken': { link: 'nowhere' },
  '.hid/f': 'h',
  'out/o.js': 'o',
  dlink: { link: 'dist' },
  'app/(group)/[slug].js': 's',
};

const DIST =
  'dist dist/.dot dist/.dot/d dist/.hidden dist/a.js dist/broken dist/empty dist/link dist/linkdir dist/node_modules dist/node_modules/m dist/node_modules/m/i.js dist/sub dist/sub/b.js dist/sub/deep dist/sub/deep/c.map dist/zero';
const without = (all: string, pattern: RegExp): string =>
  all
    .split(' ')
    .filter((path) => !pattern.test(path))
    .join(' ');

const CASES: readonly [string, string][] = [
  ['dist', DIST],
  ['dist/', DIST],
  ['dist/**', DIST],
  ['./dist/**', DIST],
  ['dist/**/', DIST],
  [
    'dist/*',
    'dist/.dot dist/.hidden dist/a.js dist/broken dist/empty dist/link dist/linkdir dist/node_modules dist/sub dist/zero',
  ],
  ['dist/**/*.js', 'dist/a.js dist/node_modules/m/i.js dist/sub/b.js'],
  ['**/*.map', 'dist/sub/deep/c.map'],
  ['../shared/**', '/shared /shared/s.txt'],
  ['../web/out', 'out out/o.js'],
  ['dlink', 'dlink'],
  // What the links lead to is an output by its own name.
  ['dist/** dlink/**', `${DIST} dlink`],
  ['dist/** dlink/sub/** dlink', `${DIST} dlink`],
  ['dist/** dist/linkdir/**', DIST],
  ['*', '.hid app dist dlink out'],
  ['dist/{a,zero}*', 'dist/a.js dist/zero'],
  ['dist/{sub,node_modules/m}/*.js', 'dist/node_modules/m/i.js dist/sub/b.js'],
  ['dist/[a-z]*', 'dist/a.js dist/broken dist/empty dist/link dist/linkdir dist/node_modules dist/sub dist/zero'],
  ['.hid', '.hid .hid/f'],
  ['dist/e?pty', 'dist/empty'],
  ['dist/sub/', 'dist/sub dist/sub/b.js dist/sub/deep dist/sub/deep/c.map'],
  ['dist/s*', 'dist/sub'],
  ['dist/**/deep', 'dist/sub/deep'],
  ['DIST/**', ''],
  ['dist/sub/../a.js', 'dist/a.js'],
  ['app/(group)/*', 'app/(group)/[slug].js'],
  ['app/(group)/**', 'app/(group) app/(group)/[slug].js'],
  [String.raw`app/(group)/\[slug\].js`, 'app/(group)/[slug].js'],
  ['dist/.git/**', ''],
  ['.git', ''],
  ['dist/** !dist/sub', without(DIST, /^dist\/sub/)],
  ['dist/** !dist/sub/', without(DIST, /^dist\/sub/)],
  ['dist/** !dist/sub/**', without(DIST, /^dist\/sub/)],
  ['dist !dist/sub', without(DIST, /^dist\/sub/)],
  ['dist/** !dist/s*', without(DIST, /^dist\/sub/)],
  ['dist/** !dist/*', 'dist'],
  ['dist/** !**/*.js', without(DIST, /\.js$/)],
  ['dist/** !**/node_modules', without(DIST, /node_modules/)],
  ['dist/** !dist/**/deep/', without(DIST, /deep/)],
  ['dist/sub/** !dist', ''],
];

for (const [patterns, expected] of CASES) {
  test(`outputs of ${JSON.stringify(patterns.split(' '))}`, async (t) => {
    const rig = createRig(t);
    rig.write(TREE);
    writeTree(rig.root, { 'shared/s.txt': 's', 'web/../../outside/o': 'o' });
    const all = patterns.split(' ');
    const include = all.filter((pattern) => !pattern.startsWith('!'));
    const exclude = all.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
    const matcher = compileOutputs({ include, exclude }, 'web');
    const collected = await collectOutputs({ disk: nodeDisk, root: rig.root, matcher });
    assert.ok(collected.ok);
    const paths = collected.value.outputs.map(({ path }) => (path.startsWith('web/') ? path.slice(4) : `/${path}`));
    assert.deepEqual(paths.sort(), expected === '' ? [] : expected.split(' ').sort());
    assert.deepEqual(collected.value.emptyGlobs, expected === '' ? include : []);
    // What is collected is what a restore accepts.
    for (const { path } of collected.value.outputs) assert.ok(matcher.matches(path), path);
  });
}

// Turborepo goes through the link. We never do: stored without what lies behind it, the outputs would be lost.
for (const [pattern, path] of [
  ['dlink/**', 'web/dlink'],
  ['dlink/sub/**', 'web/dlink'],
  ['dlink/a.js', 'web/dlink'],
  ['dist/linkdir/**', 'web/dist/linkdir'],
] as const) {
  test(`a link that is no output on the way to outputs makes the set unsafe: ${pattern}`, async (t) => {
    const rig = createRig(t);
    rig.write(TREE);
    const matcher = compileOutputs({ include: [pattern], exclude: [] }, 'web');
    const collected = await collectOutputs({ disk: nodeDisk, root: rig.root, matcher });
    assert.ok(!collected.ok);
    assert.equal(collected.failure.path, path);
  });
}

test('an absolute link to a directory that is no output makes the set unsafe: its files would be lost', async (t) => {
  const rig = createRig(t);
  rig.write({ '.output/public/i.html': 'i', dist: { link: join(rig.root, 'web/.output/public') } });
  const matcher = compileOutputs({ include: ['dist/**'], exclude: [] }, 'web');
  const collected = await collectOutputs({ disk: nodeDisk, root: rig.root, matcher });
  assert.ok(!collected.ok);
  assert.deepEqual(collected.failure, { path: 'web/dist', detail: 'a link to a directory that is no output' });
});

test('in the root package paths have no prefix, and `**` has everything but git and tr', async (t) => {
  const rig = createRig(t);
  writeTree(rig.root, { 'a.txt': 'a', '.git/config': 'g', '.tr/x': 'x' });
  const matcher = compileOutputs({ include: ['**'], exclude: ['web'] }, '');
  const collected = await collectOutputs({ disk: nodeDisk, root: rig.root, matcher });
  assert.ok(collected.ok);
  assert.deepEqual(collected.value.outputs, [{ path: 'a.txt', type: 'file' }]);
  assert.ok(!matcher.matches('web/x'));
});

test('a package directory is a name, not a glob', async (t) => {
  const rig = createRig(t);
  writeTree(rig.root, { 'apps/[x]/dist/a': 'a', 'apps/x/dist/a': 'b' });
  const matcher = compileOutputs({ include: ['dist/**'], exclude: [] }, 'apps/[x]');
  const collected = await collectOutputs({ disk: nodeDisk, root: rig.root, matcher });
  assert.ok(collected.ok);
  assert.deepEqual(
    collected.value.outputs.map(({ path }) => path),
    ['apps/[x]/dist', 'apps/[x]/dist/a'],
  );
});

for (const pattern of ['../../outside/**', '/etc/**', 'C:/x', 'dist/*/../../x']) {
  test(`an output glob that leaves the workspace makes the set unsafe: ${pattern}`, async (t) => {
    const rig = createRig(t);
    const matcher = compileOutputs({ include: [pattern], exclude: [] }, 'web');
    const collected = await collectOutputs({ disk: nodeDisk, root: rig.root, matcher });
    assert.deepEqual(collected, {
      ok: false,
      failure: { path: pattern, detail: 'an output glob that leaves the workspace' },
    });
    assert.ok(!matcher.matches('etc/passwd') && !matcher.matches('web/x'));
  });
}

test('what is neither file, link nor directory makes the set unsafe', async (t) => {
  const rig = createRig(t);
  rig.write({ 'dist/a': 'a' });
  assert.equal(spawnSync('mkfifo', [`${rig.root}/web/dist/pipe`]).status, 0);
  const matcher = compileOutputs({ include: ['dist/**'], exclude: [] }, 'web');
  const collected = await collectOutputs({ disk: nodeDisk, root: rig.root, matcher });
  assert.ok(!collected.ok && collected.failure.path === 'web/dist/pipe');
});
