/** What lies beside outputs and changes what they mean: a hit is not put there, and none is seen there. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { missReasons, notSavedReason } from '../rig/events.js';
import { BUILD, createSample } from '../rig/samples.js';

test('a database of SQLite that changes are kept beside: of another one, or of its own', async (t) => {
  const workspace = createSample({
    libBuild: 'mkdir -p dist && cp src/a.txt dist/app.sqlite3 && [ -z "$OPEN" ] || echo open > dist/app.sqlite3-wal',
    build: { outputs: ['dist/*.sqlite3'], inputs: ['src/**'], passThroughEnv: ['OPEN'] },
  });
  t.after(() => workspace.dispose());
  const wal = 'packages/lib/dist/app.sqlite3-wal';
  const build = async (text: string, env: Record<string, string> = {}) => {
    workspace.write({ 'packages/lib/src/a.txt': text });
    return await workspace.tr(BUILD, { env });
  };
  for (const text of ['one', 'two', 'two', 'two']) await build(text);
  workspace.write({ [wal]: 'changes of two\n' });
  for (const text of ['two', 'one']) {
    const run = await build(text);
    assert.equal(run.outcomes['lib#build'], 'executed', `${text} would be read with changes that are not its own`);
    assert.deepEqual(missReasons(run, 'lib#build')[0], {
      reason: 'obstacle',
      path: wal,
      detail: 'changes that are not in the database file yet',
    });
    assert.equal(notSavedReason(run, 'lib#build'), 'unsafe-output');
  }
  workspace.remove(wal);
  assert.equal((await build('two')).outcomes['lib#build'], 'restored');
  workspace.write({ [wal]: '' });
  assert.equal((await build('two')).outcomes['lib#build'], 'fresh', 'nothing is in it');
  assert.equal(notSavedReason(await build('three', { OPEN: '1' }), 'lib#build'), 'unsafe-output');
});

test('a database of SQLite stored with the changes beside it comes and goes with them', async (t) => {
  const workspace = createSample({
    libBuild:
      'mkdir -p dist && cp src/a.txt dist/app.db && if grep -q open src/a.txt; then echo x > dist/app.db-wal; fi',
    build: { outputs: ['dist/app.db*'], inputs: ['src/**'] },
  });
  t.after(() => workspace.dispose());
  const outcomes: (string | undefined)[] = [];
  for (const text of ['plain', 'open', 'plain', 'open']) {
    workspace.write({ 'packages/lib/src/a.txt': text });
    if (outcomes.length === 1) workspace.remove('packages/lib/dist');
    outcomes.push((await workspace.tr(BUILD)).outcomes['lib#build']);
    assert.equal(workspace.exists('packages/lib/dist/app.db-wal'), text === 'open');
  }
  assert.deepEqual(outcomes, ['executed', 'executed', 'restored', 'restored']);
});

test('packages of an earlier installation, in the way of those that a restore brings', async (t) => {
  const names = 'for name in $(cat src/a.txt); do mkdir -p $name && echo {} > $name/package.json; done';
  const workspace = createSample({
    libBuild: `rm -rf node_modules && mkdir -p node_modules/foo && cd node_modules && echo {} > foo/package.json && (${names.replaceAll('src/', '../src/')})`,
    build: { outputs: ['node_modules/**'], inputs: ['src/**'] },
  });
  t.after(() => workspace.dispose());
  const at = (path: string): string => `packages/lib/node_modules/${path}/package.json`;
  const build = async (wanted: string) => {
    workspace.write({ 'packages/lib/src/a.txt': wanted });
    return await workspace.tr(BUILD);
  };
  await build('bar');
  await build('foo/node_modules/bar');
  // What the result before this one left is known, and goes.
  assert.equal((await build('bar')).outcomes['lib#build'], 'restored');
  assert.equal(workspace.exists(at('foo/node_modules/bar')), false);
  // Nobody knows where these came from: an archive of the CI, or somebody's own installation.
  for (const stale of ['foo/node_modules/bar', '@types/gone']) {
    rmSync(join(workspace.root, '.tr/state'), { recursive: true });
    workspace.write({ [at(stale)]: '{}' });
    const run = await build('bar');
    assert.equal(run.outcomes['lib#build'], 'executed');
    const path = at(stale).slice(0, -'/package.json'.length);
    const detail = 'a package that this installation does not have';
    assert.deepEqual(missReasons(run, 'lib#build')[0], { reason: 'obstacle', path, detail });
    assert.equal(workspace.exists(at(stale)), false);
    assert.equal((await build('bar')).outcomes['lib#build'], 'fresh');
  }
  // What tools keep there is found by nobody else.
  rmSync(join(workspace.root, '.tr/state'), { recursive: true });
  workspace.write({ [at('.cache/x/node_modules/y')]: '{}', 'packages/lib/node_modules/foo/notes.txt': 'mine' });
  assert.equal((await build('bar')).outcomes['lib#build'], 'fresh');
  assert.equal(workspace.exists('packages/lib/node_modules/foo/notes.txt'), true);
});
