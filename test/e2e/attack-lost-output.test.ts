/** Files among the outputs that are somebody's work and not what a task left: a restore lets them be. */
import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { notSavedReason } from '../rig/events.js';
import { BUILD, createSample } from '../rig/samples.js';

const MINE = 'packages/lib/dist/mine.txt';

test('a file made among the outputs after an execution failed', async (t) => {
  const workspace = createSample({
    libBuild:
      'mkdir -p dist && cat src/*.txt > dist/out.txt && [ -z "$FAIL" ] || { echo half > dist/half.txt; false; }',
    build: { passThroughEnv: ['FAIL'] },
  });
  t.after(() => workspace.dispose());
  await workspace.tr(BUILD);
  const failed = await workspace.tr([...BUILD, '--force'], { env: { FAIL: '1' } });
  assert.equal(failed.outcomes['lib#build'], 'failed');
  workspace.write({ [MINE]: 'precious\n' });
  const run = await workspace.tr(BUILD);
  assert.equal(run.exitCode, 0);
  assert.equal(workspace.exists('packages/lib/dist/half.txt'), false, 'what the command left half-way is removed');
  assert.equal(workspace.read(MINE), 'precious\n');
});

test('a file written over one that an earlier result left', async (t) => {
  const workspace = createSample({
    libBuild: 'rm -rf dist; mkdir -p dist && for name in $(cat src/a.txt); do echo $name > dist/$name.txt; done',
  });
  t.after(() => workspace.dispose());
  const build = async (names: string): Promise<void> => {
    workspace.write({ 'packages/lib/src/a.txt': names });
    assert.equal((await workspace.tr(BUILD)).exitCode, 0);
  };
  for (const names of ['out', 'out mine', 'out', 'out mine']) await build(names);
  workspace.write({ [MINE]: 'precious\n' });
  await build('out');
  assert.equal(workspace.read(MINE), 'precious\n');
  workspace.remove(MINE);
  for (const names of ['out mine', 'out']) await build(names);
  assert.equal(workspace.exists(MINE), false, 'untouched, it is removed');
});

test('a package that is a link to a directory elsewhere', async (t) => {
  const workspace = createSample();
  t.after(() => workspace.dispose());
  workspace.write({ 'elsewhere/kept': '' });
  renameSync(join(workspace.root, 'packages/lib'), join(workspace.root, 'elsewhere/lib'));
  workspace.write({ 'packages/lib': { link: '../elsewhere/lib' } });
  const out = 'elsewhere/lib/dist/out.txt';
  await workspace.tr(BUILD);
  workspace.write({ [out]: 'mine\n' });
  assert.equal((await workspace.tr(BUILD)).outcomes['lib#build'], 'restored');
  assert.equal(workspace.read(out), 'lib a\n');
  workspace.remove('elsewhere/lib/dist');
  assert.equal((await workspace.tr(BUILD)).outcomes['lib#build'], 'restored');
  assert.equal(workspace.read(out), 'lib a\n');
});

test('outputs behind a link of the user are not stored, so that no hit is without them', async (t) => {
  const workspace = createSample();
  t.after(() => workspace.dispose());
  workspace.write({ 'large/kept': '', 'packages/lib/dist': { link: '../../large' } });
  for (const text of ['one\n', 'one\n', 'two\n']) {
    workspace.write({ 'packages/lib/src/a.txt': text });
    const run = await workspace.tr(BUILD);
    assert.equal(run.outcomes['lib#build'], 'executed');
    assert.equal(notSavedReason(run, 'lib#build'), 'unsafe-output');
    assert.equal(workspace.read('packages/lib/dist/out.txt'), text);
  }
});
