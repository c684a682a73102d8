/** Where the workspace may lie: linked worktrees, a subdirectory of the repository, no git at all, a submodule, single packages. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { warningsOf } from '../rig/events.js';
import { TR_BIN } from '../rig/exec-tr.js';
import { BUILD, createSample } from '../rig/samples.js';
import { createRoot, createWorkspace, openWorkspace } from '../rig/workspace.js';

const keep = disposeAfterEach();

test('linked worktrees share one cache', async () => {
  const main = keep(createSample());
  await main.tr(BUILD);
  const linked = keep(openWorkspace(`${createRoot()}-linked`));
  main.git('worktree', 'add', '-q', linked.root, '-b', 'other');
  const run = await linked.tr(BUILD);
  assert.deepEqual(run.outcomes, { 'lib#build': 'restored', 'app#build': 'restored' });
  assert.ok(!linked.exists('.tr/cache'));
  linked.write({ 'packages/lib/src/a.txt': 'from the worktree\n' });
  await linked.tr(BUILD);
  main.write({ 'packages/lib/src/a.txt': 'from the worktree\n' });
  assert.equal((await main.tr(BUILD)).outcomes['lib#build'], 'restored');
  assert.equal(main.git('status', '--porcelain').includes('.tr'), false);
});

test('a workspace in a subdirectory of the repository', async () => {
  const outer = keep(createWorkspace({ 'README.md': 'outer\n' }));
  const inner = createSample({ files: {} });
  keep(inner);
  outer.write({ 'web/placeholder': '' });
  for (const file of inner.git('ls-files').trim().split('\n')) outer.write({ [`web/${file}`]: inner.read(file) });
  outer.commit();
  const run = await outer.tr(BUILD, { cwd: 'web/' });
  assert.deepEqual(run.outcomes, { 'lib#build': 'executed', 'app#build': 'executed' });
  outer.write({ 'README.md': 'changed\n' });
  assert.deepEqual((await outer.tr(BUILD, { cwd: 'web/' })).outcomes, { 'lib#build': 'fresh', 'app#build': 'fresh' });
  assert.ok(outer.exists('web/.tr/cache'));
});

test('without git', async () => {
  const workspace = keep(createSample());
  workspace.remove('.git');
  await workspace.tr(BUILD);
  // The output that is not ignored by git any more settles after one more run.
  await workspace.tr(BUILD);
  assert.deepEqual((await workspace.tr(BUILD)).outcomes, { 'lib#build': 'fresh', 'app#build': 'fresh' });
  workspace.write({ 'packages/lib/src/a.txt': 'changed\n' });
  assert.equal((await workspace.tr(BUILD)).outcomes['lib#build'], 'executed');
});

test('a repository of one package', async () => {
  const workspace = keep(
    createWorkspace({
      'package.json': { json: { name: 'one', scripts: { build: 'mkdir -p dist && cp src.txt dist/' } } },
      'turbo.json': { json: { tasks: { build: { outputs: ['dist/**'] } } } },
      'src.txt': 'one\n',
      '.gitignore': 'dist\n.tr\n',
    }),
  );
  const first = await workspace.tr(BUILD);
  assert.deepEqual(Object.values(first.outcomes), ['executed']);
  assert.deepEqual(Object.values((await workspace.tr(BUILD)).outcomes), ['fresh']);
  const text = await workspace.tr(['run', 'build']);
  assert.match(text.stdout, /^build: cache hit/m);
});

test('a repository without any package.json', async () => {
  const workspace = keep(
    createWorkspace({
      'turbo-like.config.json': {
        json: { tasks: { test: { command: 'python3 -m unittest -q', tools: ['python3 --version'] } } },
      },
      'test_one.py':
        'import unittest\n\n\nclass T(unittest.TestCase):\n    def test(self):\n        self.assertEqual(1, 1)\n',
      '.gitignore': '__pycache__\n.tr\n',
    }),
  );
  const run = await workspace.tr(['run', 'test', '--log-format=json']);
  assert.equal(run.exitCode, 0, run.stdout + run.stderr);
  assert.deepEqual(Object.values(run.outcomes), ['executed']);
  assert.deepEqual(Object.values((await workspace.tr(['run', 'test', '--log-format=json'])).outcomes), ['fresh']);
});

test('a submodule: its files are inputs where it is checked out, also those that are ignored around it', async () => {
  const library = keep(createWorkspace({ 'lib.txt': 'one\n', 'dist/lib.js': 'one\n' }));
  const workspace = keep(createSample());
  workspace.git('submodule', 'add', '-q', library.root, 'packages/lib/vendor');
  workspace.commit();
  await workspace.tr(BUILD);
  for (const path of ['lib.txt', 'dist/lib.js']) {
    workspace.write({ [`packages/lib/vendor/${path}`]: 'two\n' });
    assert.equal((await workspace.tr(BUILD)).outcomes['lib#build'], 'executed', path);
  }
});

test('a hook of the repository around a submodule: its index is not that of the submodule', async () => {
  const inner = keep(createSample());
  const outer = keep(createWorkspace({ 'a.txt': 'one\n' }));
  outer.git('submodule', 'add', '-q', inner.root, 'web');
  outer.commit();
  const told = `${outer.root}.invocations/told`;
  const call = [process.execPath, TR_BIN, 'ls', '--affected'].map((word) => `'${word}'`).join(' ');
  outer.write({ '.git/hooks/pre-commit': { script: `#!/bin/sh\ncd web && ${call} >'${told}' 2>&1\n` } });
  // A relative name, a lock, and an index that is made for one commit.
  for (const how of [['commit'], ['commit', '-a'], ['commit', 'a.txt']]) {
    outer.write({ 'a.txt': `${how.join(' ')}\n` });
    if (how.length === 1) outer.git('add', '-A');
    outer.git(...how, '-q', '-m', 'change');
    assert.match(readFileSync(told, 'utf8'), /^0 packages/, how.join(' '));
  }
});

test('a cache inside a package that does not ignore it is no input of its tasks, and none of their outputs', async () => {
  const workspace = keep(createSample());
  const run = ['run', 'build', '--cache-dir=packages/lib/store', '--log-format=json'];
  const first = await workspace.tr(run);
  assert.deepEqual([first.outcomes['lib#build'], warningsOf(first)], ['executed', []]);
  assert.deepEqual((await workspace.tr(run)).outcomes, { 'lib#build': 'fresh', 'app#build': 'fresh' });
  assert.equal(workspace.git('status', '--short'), '');
});
