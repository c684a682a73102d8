/** Rows 1 to 6 of the list of user complaints: misses nobody can explain. */
import assert from 'node:assert/strict';
import { cpSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BUILD, createSample, type SampleOptions } from '../rig/samples.js';
import { createRoot, openWorkspace, type TestWorkspace } from '../rig/workspace.js';
import { keysOf, reasonsOf } from '../rig/events.js';
import { blobFiles, overwrite } from '../rig/cache-files.js';
import { disposeAfterEach } from '../rig/dispose-after-each.js';

const keep = disposeAfterEach();

const sample = (options?: SampleOptions): TestWorkspace => keep(createSample(options));

test('row 1: a miss lists the changed file and variable in the line that announces it', async () => {
  const workspace = sample({ build: { env: ['CHANNEL'] } });
  await workspace.tr(['run', 'build'], { env: { CHANNEL: 'a' } });
  workspace.write({ 'packages/lib/src/a.txt': 'changed\n' });
  const run = await workspace.tr(['run', 'build'], { env: { CHANNEL: 'b' } });
  const line = run.stdout.split('\n').find((text) => /lib:build: cache miss/.test(text)) ?? '';
  assert.match(line, /src\/a\.txt/);
  assert.match(line, /CHANNEL/);
});

test('row 2: tr why drills down to the file that was added, removed or modified', async () => {
  const workspace = sample({ files: { 'packages/lib/src/b.txt': 'b\n' } });
  await workspace.tr(['run', 'build']);
  workspace.write({ 'packages/lib/src/a.txt': 'modified\n', 'packages/lib/src/new.txt': 'new\n' });
  workspace.remove('packages/lib/src/b.txt');
  const why = await workspace.tr(['why', 'lib#build']);
  assert.equal(why.exitCode, 0, why.stderr);
  assert.match(why.stdout, /src\/a\.txt/);
  assert.match(why.stdout, /src\/new\.txt/);
  assert.match(why.stdout, /src\/b\.txt/);
});

test('row 2: reports of tr why are apart from each other; those of one line are a list', async () => {
  const workspace = sample();
  await workspace.tr(['run', 'build']);
  const hits = await workspace.tr(['why', 'build']);
  assert.match(hits.stdout, /^app#build .* a hit .*\nlib#build .* a hit .*\n$/);
  workspace.write({ 'packages/app/src/a.txt': 'changed\n' });
  const mixed = await workspace.tr(['why', 'build']);
  assert.match(mixed.stdout, /^app#build .* a miss[^]*~ src\/a\.txt\n\nlib#build .* a hit .*\n$/);
});

test('row 3: never stored, switched off, gone and corrupt are different reasons', async () => {
  const workspace = sample();
  assert.deepEqual(reasonsOf(await workspace.tr(BUILD), 'lib#build'), ['no-entry']);
  assert.deepEqual(reasonsOf(await workspace.tr([...BUILD, '--force']), 'lib#build'), ['cache-off']);

  workspace.remove('packages/lib/dist');
  for (const blob of blobFiles(workspace.root)) rmSync(blob, { force: true });
  assert.deepEqual(reasonsOf(await workspace.tr(BUILD), 'lib#build'), ['blob-missing']);

  workspace.remove('packages/lib/dist');
  for (const blob of blobFiles(workspace.root)) overwrite(blob, 'other bytes');
  assert.deepEqual(reasonsOf(await workspace.tr(BUILD), 'lib#build'), ['integrity']);
});

test('row 4: the miss of a dependent names the dependency that diverged first', async () => {
  const workspace = sample();
  await workspace.tr(['run', 'build']);
  workspace.write({ 'packages/lib/src/a.txt': 'changed\n' });
  const why = await workspace.tr(['why', 'app#build']);
  assert.match(why.stdout, /lib#build/);
  assert.match(why.stdout, /src\/a\.txt/);
  const run = await workspace.tr(BUILD);
  const miss = run.events.find((event) => event['type'] === 'cache-miss' && event['task'] === 'app#build');
  assert.equal(miss?.['reasons'][0].reason, 'dependency-changed');
  assert.equal(miss?.['reasons'][0].root, 'lib#build');
});

test('row 4: what was tried and taken back is no reason: a miss is compared with what this work tree had last', async () => {
  const workspace = sample();
  const tryOut = async (text: string): Promise<void> => {
    workspace.write({ 'packages/lib/src/a.txt': text });
    await workspace.tr(BUILD);
  };
  await tryOut('kept\n');
  // More than a miss is compared with, all of them stored later.
  for (const attempt of [1, 2, 3, 4, 5, 6]) await tryOut(`attempt ${attempt}\n`);
  await tryOut('kept\n');

  workspace.write({ 'packages/lib/src/new.txt': 'new\n', 'packages/app/src/new.txt': 'new\n' });
  const why = await workspace.tr(['why', 'lib#build', 'app#build']);
  assert.match(why.stdout, /new\.txt/);
  assert.doesNotMatch(why.stdout, /a\.txt/);
  const run = await workspace.tr(BUILD);
  for (const task of ['lib#build', 'app#build']) {
    const miss = run.events.find((event) => event['type'] === 'cache-miss' && event['task'] === task);
    const [reason] = miss?.['reasons'] ?? [];
    assert.deepEqual([reason.added, reason.modified], [['src/new.txt'], []]);
  }
});

test('row 5: nothing changed, nothing misses: other times, other directory, other place', async () => {
  const workspace = sample();
  const first = await workspace.tr(BUILD);
  assert.deepEqual(first.outcomes, { 'lib#build': 'executed', 'app#build': 'executed' });
  utimesSync(join(workspace.root, 'packages/lib/src/a.txt'), new Date(), new Date());
  workspace.git('commit', '-q', '--allow-empty', '-m', 'empty');
  const again = await workspace.tr([...BUILD, '--filter=./packages/*'], {
    cwd: workspace.root,
    env: { UNRELATED: '1' },
  });
  assert.deepEqual(again.outcomes, { 'lib#build': 'fresh', 'app#build': 'fresh' });

  const elsewhere = createRoot();
  const clone = keep(openWorkspace(elsewhere));
  clone.git('clone', '-q', workspace.root, '.');
  cpSync(join(workspace.root, '.tr/cache'), join(elsewhere, '.tr/cache'), { recursive: true });
  const cloned = await clone.tr(BUILD);
  assert.deepEqual(cloned.outcomes, { 'lib#build': 'restored', 'app#build': 'restored' });
  assert.deepEqual(keysOf(cloned), keysOf(first));
});

test('row 6: the order in which things are written never decides the key', async () => {
  const orders = [
    { env: ['A', 'B'], inputs: ['src/**', 'package.json'], outputs: ['dist/**', 'other/**'] },
    { env: ['B', 'A'], inputs: ['package.json', 'src/**'], outputs: ['other/**', 'dist/**'] },
  ];
  const keys: Record<string, string>[] = [];
  const workspace = sample();
  for (const [index, build] of orders.entries()) {
    const tasks = { build: { dependsOn: ['^build'], ...build } };
    workspace.write({ 'turbo-like.config.json': { json: { tasks } } });
    // The configuration itself is an input of a package only where it lies there; the order of variables differs too.
    const env = index === 0 ? { A: '1', B: '2' } : { B: '2', A: '1' };
    keys.push(keysOf(await workspace.tr(BUILD, { env })));
  }
  assert.ok(Object.keys(keys[0] ?? {}).length === 2);
  assert.deepEqual(keys[0], keys[1]);
});
