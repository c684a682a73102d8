/** Rows 9 to 20 of the list of user complaints: wrong hits and broken restores. Each must be impossible here. */
import assert from 'node:assert/strict';
import { cpSync, lstatSync, rmSync, statSync, truncateSync, utimesSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { blobFiles, blobOf, overwrite } from '../rig/cache-files.js';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { keysOf, notSavedReason, reasonsOf, warningsOf } from '../rig/events.js';
import { BUILD, createSample, type SampleOptions } from '../rig/samples.js';
import { createRoot, openWorkspace, readTree, type TestWorkspace } from '../rig/workspace.js';

const keep = disposeAfterEach();

const sample = (options?: SampleOptions): TestWorkspace => keep(createSample(options));

const OUT = 'packages/lib/dist/out.txt';

test('row 9: a hit whose blob is missing is a miss, and the output is made', async () => {
  const workspace = sample();
  await workspace.tr(BUILD);
  rmSync(blobOf(workspace.root, 'lib a\n'), { force: true });
  workspace.remove('packages/lib/dist');
  const run = await workspace.tr(BUILD);
  assert.equal(run.exitCode, 0);
  assert.equal(run.outcomes['lib#build'], 'executed');
  assert.equal(workspace.read(OUT), 'lib a\n');
  // The entry is whole again.
  workspace.remove('packages/lib/dist');
  assert.equal((await workspace.tr(BUILD)).outcomes['lib#build'], 'restored');
  assert.equal(workspace.read(OUT), 'lib a\n');
});

test('row 10: an input that another task writes is hashed after that task', async () => {
  const workspace = sample({
    config: {
      tasks: {
        generate: { inputs: ['seed.txt'], outputs: ['src/generated.txt'] },
        'lib#build': { dependsOn: ['generate'], outputs: ['dist/**'], inputs: ['src/**'] },
      },
    },
    files: { 'packages/lib/seed.txt': 'one\n' },
  });
  const manifest = JSON.parse(workspace.read('packages/lib/package.json')) as { scripts: Record<string, string> };
  manifest.scripts['generate'] = 'cp seed.txt src/generated.txt';
  workspace.write({ 'packages/lib/package.json': { json: manifest } });
  const first = await workspace.tr([...BUILD, '--filter=lib']);
  assert.equal(workspace.read(OUT), 'lib a\none\n');
  const second = await workspace.tr([...BUILD, '--filter=lib']);
  assert.deepEqual(second.outcomes, { 'lib#generate': 'fresh', 'lib#build': 'fresh' });
  assert.deepEqual(keysOf(second), keysOf(first));
  workspace.write({ 'packages/lib/seed.txt': 'two\n' });
  await workspace.tr([...BUILD, '--filter=lib']);
  assert.equal(workspace.read(OUT), 'lib a\ntwo\n');
  // From nothing but the cache: the generated file comes back first, then the build's own key is right again.
  workspace.remove('packages/lib/dist');
  workspace.remove('packages/lib/src/generated.txt');
  const third = await workspace.tr([...BUILD, '--filter=lib']);
  assert.deepEqual(third.outcomes, { 'lib#generate': 'restored', 'lib#build': 'restored' });
  assert.equal(workspace.read(OUT), 'lib a\ntwo\n');
});

test('row 11: a file edited while the task runs: the result is not stored', async () => {
  const workspace = sample({ libBuild: 'mkdir -p dist && cat src/*.txt > dist/out.txt && echo edited >> src/a.txt' });
  const run = await workspace.tr(BUILD);
  assert.equal(run.exitCode, 0);
  assert.equal(notSavedReason(run, 'lib#build'), 'inputs-changed');
  assert.deepEqual(run.events.find((event) => event['type'] === 'cache-not-saved')?.['reason'].paths, ['src/a.txt']);
  workspace.git('checkout', '--', 'packages/lib/src/a.txt');
  assert.equal((await workspace.tr(BUILD)).outcomes['lib#build'], 'executed');
});

for (const restore of ['copy', 'link']) {
  test(`row 12: a restored output that is rewritten in place does not change the cache (restore: ${restore})`, async () => {
    const workspace = sample({ build: { restore } });
    await workspace.tr(BUILD);
    workspace.remove('packages/lib/dist');
    assert.equal((await workspace.tr(BUILD)).outcomes['lib#build'], 'restored');
    overwrite(join(workspace.root, OUT), 'rewritten in place\n');
    const run = await workspace.tr(BUILD);
    assert.ok(['restored', 'executed'].includes(run.outcomes['lib#build'] ?? ''), JSON.stringify(run.outcomes));
    assert.equal(workspace.read(OUT), 'lib a\n');
    workspace.remove('packages/lib/dist');
    await workspace.tr(BUILD);
    assert.equal(workspace.read(OUT), 'lib a\n');
  });
}

test('row 13: files of equal content, empty files, modes, links and empty directories all come back', async () => {
  const workspace = sample({
    libBuild:
      'mkdir -p dist/empty-dir dist/deep && echo same > dist/one && echo same > dist/two && echo same > dist/deep/three && : > dist/empty && ' +
      'echo run > dist/tool && chmod +x dist/tool && ln -s one dist/link && ln -s deep dist/link-to-directory',
  });
  await workspace.tr(BUILD);
  const before = readTree(join(workspace.root, 'packages/lib/dist'));
  assert.equal(Object.keys(before).length, 7);
  workspace.remove('packages/lib/dist');
  assert.equal((await workspace.tr(BUILD)).outcomes['lib#build'], 'restored');
  assert.deepEqual(readTree(join(workspace.root, 'packages/lib/dist')), before);
  assert.ok(statSync(join(workspace.root, 'packages/lib/dist/empty-dir')).isDirectory());
  assert.ok(lstatSync(join(workspace.root, 'packages/lib/dist/tool')).mode & 0o100);
});

test('row 14: a restore that fails half-way leaves the outputs alone and never fails the task', async () => {
  const workspace = sample({
    libBuild:
      'mkdir -p dist && cat src/*.txt > dist/out.txt && for i in 1 2 3 4 5; do echo "$i $(cat src/a.txt)" > dist/$i.txt; done',
  });
  await workspace.tr(BUILD);
  workspace.write({ 'packages/lib/src/a.txt': 'second\n' });
  await workspace.tr(BUILD);
  const second = readTree(join(workspace.root, 'packages/lib/dist'));
  workspace.git('checkout', '--', 'packages/lib/src/a.txt');
  // The entry of the first state loses a byte in its middle.
  truncateSync(blobOf(workspace.root, '3 lib a\n'), 3);
  const run = await workspace.tr(BUILD);
  assert.equal(run.exitCode, 0);
  assert.equal(run.outcomes['lib#build'], 'executed');
  assert.equal(reasonsOf(run, 'lib#build')[0], 'integrity');
  assert.notDeepEqual(readTree(join(workspace.root, 'packages/lib/dist')), second);
  assert.equal(workspace.read('packages/lib/dist/3.txt'), '3 lib a\n');
});

test('row 15: keys do not drift after outputs came from the cache', async () => {
  const workspace = sample({
    config: {
      tasks: { 'app#build': { dependsOn: ['^build'], outputs: ['dist/**'], inputs: ['src/**', '../lib/dist/**'] } },
    },
  });
  const first = keysOf(await workspace.tr(BUILD));
  const clone = keep(openWorkspace(createRoot()));
  clone.git('clone', '-q', workspace.root, '.');
  cpSync(join(workspace.root, '.tr/cache'), join(clone.root, '.tr/cache'), { recursive: true });
  const restored = await clone.tr(BUILD);
  assert.deepEqual(restored.outcomes, { 'lib#build': 'restored', 'app#build': 'restored' });
  assert.deepEqual(keysOf(restored), first);
  assert.deepEqual(keysOf(await clone.tr(BUILD)), first);
});

test('row 16: a stale output of the same size and time is seen and put right', async () => {
  const workspace = sample();
  await workspace.tr(BUILD);
  const out = join(workspace.root, OUT);
  const { atime, mtime } = statSync(out);
  overwrite(out, 'LIB A\n');
  utimesSync(out, atime, mtime);
  const run = await workspace.tr(BUILD);
  assert.equal(run.outcomes['lib#build'], 'restored');
  assert.equal(workspace.read(OUT), 'lib a\n');
  chmodSync(out, 0o755);
  assert.equal((await workspace.tr(BUILD)).outcomes['lib#build'], 'restored');
  assert.equal(statSync(out).mode & 0o111, 0);
});

test('row 16: outputs of another state of the sources are not taken for fresh, and stale files go', async () => {
  const workspace = sample({ libBuild: 'mkdir -p dist && for f in src/*.txt; do cp $f dist/; done' });
  workspace.write({ 'packages/lib/src/b.txt': 'b\n' });
  await workspace.tr(BUILD);
  workspace.remove('packages/lib/src/b.txt');
  workspace.remove('packages/lib/dist');
  await workspace.tr(BUILD);
  workspace.write({ 'packages/lib/src/b.txt': 'b\n', 'packages/lib/dist-notes.txt': 'mine\n' });
  workspace.remove('packages/lib/dist-notes.txt');
  await workspace.tr(BUILD);
  assert.deepEqual(Object.keys(readTree(join(workspace.root, 'packages/lib/dist'))), ['a.txt', 'b.txt']);
  workspace.remove('packages/lib/src/b.txt');
  const back = await workspace.tr(BUILD);
  assert.equal(back.outcomes['lib#build'], 'restored');
  assert.deepEqual(Object.keys(readTree(join(workspace.root, 'packages/lib/dist'))), ['a.txt']);
});

test('row 17: a changed input is seen whatever the git index says', async () => {
  const workspace = sample();
  await workspace.tr(BUILD);
  const source = join(workspace.root, 'packages/lib/src/a.txt');
  const { atime, mtime } = statSync(source);
  workspace.git('update-index', '--assume-unchanged', 'packages/lib/src/a.txt');
  workspace.write({ 'packages/lib/src/a.txt': 'LIB A\n' });
  utimesSync(source, atime, mtime);
  const run = await workspace.tr(BUILD);
  assert.equal(run.outcomes['lib#build'], 'executed');
  assert.equal(workspace.read(OUT), 'LIB A\n');
  workspace.git('update-index', '--no-assume-unchanged', '--skip-worktree', 'packages/lib/src/a.txt');
  workspace.write({ 'packages/lib/src/a.txt': 'Lib A\n' });
  assert.equal((await workspace.tr(BUILD)).outcomes['lib#build'], 'executed');
  assert.equal(workspace.read(OUT), 'Lib A\n');
});

test('row 18: files written outside the declared outputs are named, since a hit could not bring them back', async () => {
  const workspace = sample({ build: { outputs: [] } });
  const run = await workspace.tr(BUILD);
  assert.deepEqual(new Set(warningsOf(run)), new Set(['store/undeclared-outputs']));
  const warning = run.events.find((event) => event['type'] === 'warning' && event['task'] === 'lib#build');
  assert.deepEqual(warning?.['failure'].paths, ['dist/out.txt']);
  const declared = sample();
  assert.deepEqual(warningsOf(await declared.tr(BUILD)), []);
});

test('row 19: outputs that belong together are one set: a partial one is never stored', async () => {
  // Like an incremental compiler: writes only what its state file does not know yet.
  const incremental =
    'mkdir -p dist && for f in src/*.txt; do grep -qs "$f $(cksum < $f)" p.tsbuildinfo || cp $f dist/; done; for f in src/*.txt; do echo "$f $(cksum < $f)"; done > p.tsbuildinfo';
  const files = { 'packages/lib/src/b.txt': 'b\n', '.gitignore': 'node_modules\ndist\n.tr\n*.tsbuildinfo\n' };
  const workspace = sample({ libBuild: incremental, files });
  await workspace.tr(BUILD);
  workspace.remove('packages/lib/dist');
  assert.equal((await workspace.tr(BUILD)).outcomes['lib#build'], 'restored');
  // The state file now knows more than the outputs on disk do: a.txt alone is written, and that is not the whole result.
  workspace.write({ 'packages/lib/src/a.txt': 'changed\n' });
  workspace.remove('packages/lib/dist');
  const partial = await workspace.tr(BUILD);
  assert.equal(partial.outcomes['lib#build'], 'executed');
  assert.notEqual(notSavedReason(partial, 'lib#build'), undefined);

  const whole = sample({ libBuild: incremental, files, build: { outputs: ['dist/**', '*.tsbuildinfo'] } });
  await whole.tr(BUILD);
  whole.remove('packages/lib/dist');
  whole.remove('packages/lib/p.tsbuildinfo');
  assert.equal((await whole.tr(BUILD)).outcomes['lib#build'], 'restored');
  assert.deepEqual(Object.keys(readTree(join(whole.root, 'packages/lib/dist'))), ['a.txt', 'b.txt']);
  assert.ok(whole.exists('packages/lib/p.tsbuildinfo'));
});

test('row 20: a tool that fails is an error, never part of a key', async () => {
  const workspace = sample({ build: { tools: ['sh -c "echo broken; exit 3"'] } });
  const run = await workspace.tr(BUILD);
  assert.notEqual(run.exitCode, 0);
  assert.equal(workspace.invocations('lib-build'), 0);
  const failed = run.events.find((event) => event['type'] === 'task-finished' && event['task'] === 'lib#build');
  assert.equal(failed?.['result'].failure.code, 'fingerprint/tool-failed');
  assert.equal(blobFilesOrNone(workspace.root).length, 0);
  // Where no line of a task says whose tool it is.
  assert.match((await workspace.tr(['why', 'app#build'])).stderr, /tool command `.*` of `lib#build` ended/);
});

function blobFilesOrNone(root: string): string[] {
  try {
    return blobFiles(root);
  } catch {
    return [];
  }
}
