/** Rows 21 to 25 of the list of user complaints: inputs, environment, lockfiles. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { keysOf, missReasons, warningsOf } from '../rig/events.js';
import { BUILD, createSample, sampleLockfile, type SampleOptions } from '../rig/samples.js';
import type { TestWorkspace } from '../rig/workspace.js';

const keep = disposeAfterEach();

const sample = (options?: SampleOptions): TestWorkspace => keep(createSample(options));

test('row 21: inputs outside the package count, by a relative and by a root-anchored path', async () => {
  const workspace = sample({
    build: { inputs: ['src/**', '../lib/src/**', '$TURBO_ROOT$/shared/*.txt'] },
    files: { 'shared/common.txt': 'one\n' },
  });
  await workspace.tr(BUILD);
  workspace.write({ 'shared/common.txt': 'two\n' });
  const shared = await workspace.tr(BUILD);
  assert.deepEqual(missReasons(shared, 'app#build').find(({ reason }) => reason === 'inputs-changed')?.['modified'], [
    '../../shared/common.txt',
  ]);
  workspace.write({ 'packages/lib/src/a.txt': 'changed\n' });
  const other = await workspace.tr(BUILD);
  assert.deepEqual(missReasons(other, 'app#build').find(({ reason }) => reason === 'inputs-changed')?.['modified'], [
    '../lib/src/a.txt',
  ]);
});

test('row 21: an input glob that matches nothing anywhere is named', async () => {
  const workspace = sample({ build: { inputs: ['src/**', 'sources/**/*.ts', '.env*', '$TURBO_ROOT$/.env'] } });
  const run = await workspace.tr(BUILD);
  const warnings = run.events.filter((event) => event['type'] === 'warning');
  assert.deepEqual(
    warnings.map((event) => [event['failure'].code, event['failure'].globs]),
    [['task/empty-inputs', ['sources/**/*.ts']]],
  );
});

test('row 21: a package whose files git ignores, every one, is named', async () => {
  const workspace = sample({ files: { '.gitignore': 'node_modules\ndist\n.tr\nlib\n' } });
  const said = async (): Promise<unknown[]> => {
    const run = await workspace.tr(BUILD);
    return run.events.filter((event) => event['type'] === 'warning').map((event) => event['failure']);
  };
  const expected = [{ code: 'task/no-inputs', task: 'lib#build', directory: 'packages/lib' }];
  assert.deepEqual(await said(), expected);
  // Also when everything is known, and when that is said a second time.
  assert.deepEqual(await said(), expected);
  const text = await workspace.tr(['run', 'build']);
  assert.deepEqual((text.stdout + text.stderr).match(/No file in `packages\/lib` is an input/g)?.length, 1);
  const again = await workspace.tr(['run', 'build']);
  assert.match(again.stdout + again.stderr, /No file in `packages\/lib` is an input/);
  workspace.write({ '.gitignore': 'node_modules\ndist\n.tr\n' });
  assert.deepEqual(await said(), []);
});

test('row 21: nothing is said of globs whose package a failure kept from being looked at', async () => {
  const workspace = sample({
    libBuild: 'exit 1',
    build: { dependsOn: ['^build'], inputs: ['src/**', 'only-in-app/**'] },
  });
  workspace.write({ 'packages/app/only-in-app/a.txt': 'here\n' });
  const run = await workspace.tr(BUILD);
  assert.equal(run.exitCode, 1);
  assert.deepEqual(
    run.events.filter((event) => event['type'] === 'warning'),
    [],
  );
});

test('row 22: a task that fails in strict mode names the variables it mentions and was not given', async () => {
  const workspace = sample({ libBuild: 'test -n "$API_BASE" || { echo "API_BASE is not set" >&2; exit 1; }' });
  const run = await workspace.tr(['run', 'build'], { env: { API_BASE: 'x', SOMETHING_ELSE: 'y' } });
  assert.notEqual(run.exitCode, 0);
  const said = run.stdout + run.stderr;
  assert.match(said, /API_BASE[^\n]*(passThroughEnv|env)/);
  assert.doesNotMatch(said, /SOMETHING_ELSE/);
  const loose = await workspace.tr([...BUILD, '--env-mode=loose'], { env: { API_BASE: 'x' } });
  assert.equal(loose.exitCode, 0);
});

test('row 22: who asks about a result has the environment mode that a variable gives to runs', async () => {
  const workspace = sample();
  const env = { TURBO_ENV_MODE: 'loose' };
  await workspace.tr(BUILD, { env });
  const why = await workspace.tr(['why', 'app#build'], { env });
  assert.match(why.stdout, /^app#build [0-9a-f]+ is a hit/);
  assert.equal((await workspace.tr(['cache', 'export', 'app#build'], { env })).exitCode, 0);
  // What is typed wins, as in a run.
  assert.match((await workspace.tr(['why', 'app#build', '--env-mode=strict'], { env })).stdout, /~ envMode/);
});

test('row 23: env files are loaded and are inputs', async () => {
  const workspace = sample({
    build: { envFiles: ['.env'] },
    libBuild: 'mkdir -p dist && echo "$CHANNEL" > dist/out.txt',
    files: { '.gitignore': 'node_modules\ndist\n.tr\n.env\n', 'packages/lib/.env': 'CHANNEL=preview\n' },
  });
  await workspace.tr(BUILD);
  assert.equal(workspace.read('packages/lib/dist/out.txt'), 'preview\n');
  workspace.write({ 'packages/lib/.env': 'CHANNEL=production\n' });
  const run = await workspace.tr(BUILD);
  assert.equal(run.outcomes['lib#build'], 'executed');
  assert.deepEqual(missReasons(run, 'lib#build')[0]?.['modified'], ['.env']);
  assert.equal(workspace.read('packages/lib/dist/out.txt'), 'production\n');
  // The process's own environment wins, and then it is what the key must show.
  const overridden = await workspace.tr([...BUILD, '--env-mode=loose'], { env: { CHANNEL: 'staging' } });
  assert.equal(overridden.outcomes['lib#build'], 'executed');
  assert.equal(workspace.read('packages/lib/dist/out.txt'), 'staging\n');
});

test('row 24: a blank line or another workspace in the lockfile changes no key; a bump changes only who uses it', async () => {
  const manifest = (name: string, dependencies: Record<string, string>) => ({
    json: { name, version: '1.0.0', scripts: { build: 'mkdir -p dist && cat src/*.txt > dist/out.txt' }, dependencies },
  });
  const workspace = sample({
    files: {
      'packages/lib/package.json': manifest('lib', { left: '*' }),
      'packages/app/package.json': manifest('app', { right: '*' }),
    },
  });
  const first = keysOf(await workspace.tr(BUILD));
  const lock = sampleLockfile() as { packages: Record<string, unknown> };
  lock.packages['packages/new'] = { version: '1.0.0', dependencies: { fresh: '*' } };
  lock.packages['node_modules/fresh'] = { version: '9.9.9', integrity: 'sha512-fresh' };
  workspace.write({ 'package-lock.json': `\n${JSON.stringify(lock, null, 4)}\n\n` });
  assert.deepEqual(keysOf(await workspace.tr(BUILD)), first);

  workspace.write({ 'package-lock.json': { json: sampleLockfile({ left: '1.0.1' }) } });
  const bumped = await workspace.tr(BUILD);
  assert.equal(bumped.outcomes['lib#build'], 'executed');
  assert.equal(bumped.outcomes['app#build'], 'fresh');
  const [reason] = missReasons(bumped, 'lib#build');
  assert.equal(reason?.['reason'], 'lockfile-changed');
  assert.match(JSON.stringify(reason), /left@1\.0\.1/);
});

test('row 25: no package manager field, no lockfile, an unknown manager: still a run', async () => {
  const workspace = sample();
  const root = { name: 'sample', private: true, workspaces: ['packages/*'] };
  workspace.write({ 'package.json': { json: root } });
  assert.equal((await workspace.tr(BUILD)).exitCode, 0);
  workspace.remove('package-lock.json');
  const without = await workspace.tr(BUILD);
  assert.equal(without.exitCode, 0);
  // Without a lockfile the root manifest counts for everybody.
  workspace.write({ 'package.json': { json: { ...root, devDependencies: { left: '2.0.0' } } } });
  assert.equal((await workspace.tr(BUILD)).outcomes['lib#build'], 'executed');
  workspace.write({ 'package-lock.json': 'not json' });
  const broken = await workspace.tr(BUILD);
  assert.equal(broken.exitCode, 0);
  assert.ok(warningsOf(broken).includes('lockfile/unreadable') || /lockfile/.test(broken.stderr), broken.stderr);
});
