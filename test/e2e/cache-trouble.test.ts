/** Trouble with the cache: never a wrong output, never a failed task, and the next run is right. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { blobFiles, blobOf, manifestFiles, overwrite } from '../rig/cache-files.js';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { cleanEnvironment, TR_BIN } from '../rig/exec-tr.js';
import { warningsOf } from '../rig/events.js';
import { BUILD, createSample, type SampleOptions } from '../rig/samples.js';
import type { TestWorkspace } from '../rig/workspace.js';

const keep = disposeAfterEach();

const sample = (options?: SampleOptions): TestWorkspace => keep(createSample(options));

const OUT = 'packages/lib/dist/out.txt';

/** Runs `tr run build` in a mount namespace of its own, after `mount` commands; `$ROOT` is the workspace. */
function runMounted(
  workspace: TestWorkspace,
  mounts: string,
): { status: number | null; stdout: string; stderr: string } {
  const flags = process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--map-root-user'];
  const script = `set -e; ${mounts}; exec "${process.execPath}" "${TR_BIN}" run build --log-format=json`;
  return spawnSync('unshare', [...flags, 'sh', '-c', script], {
    cwd: workspace.root,
    encoding: 'utf8',
    env: { ...cleanEnvironment(), ROOT: workspace.root },
  });
}

const events = (stdout: string) =>
  stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
const outcomes = (stdout: string) =>
  Object.fromEntries(
    events(stdout)
      .filter(({ type }) => type === 'task-finished')
      .map(({ task, result }) => [task, result.outcome]),
  );

test('a full cache disk: the tasks are fine, one warning, and the next run is right', async () => {
  const workspace = sample({
    libBuild: 'mkdir -p dist && cat src/a.txt > dist/out.txt && head -c 3000000 /dev/urandom > dist/big',
  });
  const run = runMounted(workspace, 'mkdir -p $ROOT/.tr/cache; mount -t tmpfs -o size=300k none $ROOT/.tr/cache');
  assert.equal(run.status, 0, run.stdout + run.stderr);
  assert.equal(outcomes(run.stdout)['lib#build'], 'executed');
  assert.equal(workspace.read(OUT), 'lib a\n');
  assert.equal(
    events(run.stdout).filter(({ type, failure }) => type === 'warning' && failure.code === 'store/no-space').length,
    1,
  );
  const next = await workspace.tr(BUILD);
  assert.equal(next.outcomes['lib#build'], 'executed');
  assert.equal((await workspace.tr(BUILD)).outcomes['lib#build'], 'fresh');
});

test('a read-only cache: hits still come from it, misses execute, one warning', async () => {
  const workspace = sample();
  await workspace.tr(BUILD);
  workspace.remove('packages/lib/dist');
  workspace.write({ 'packages/app/src/a.txt': 'changed\n' });
  const run = runMounted(
    workspace,
    'mount --bind $ROOT/.tr/cache $ROOT/.tr/cache; mount -o remount,bind,ro $ROOT/.tr/cache',
  );
  assert.equal(run.status, 0, run.stdout + run.stderr);
  assert.deepEqual(outcomes(run.stdout), { 'lib#build': 'restored', 'app#build': 'executed' });
  assert.equal(workspace.read(OUT), 'lib a\n');
  assert.equal(
    events(run.stdout).filter(({ type, failure }) => type === 'warning' && failure.code === 'store/read-only').length,
    1,
  );
  assert.equal((await workspace.tr(BUILD)).exitCode, 0);
});

test('a read-only state directory: everything executes, nothing fails', () => {
  const workspace = sample();
  const run = runMounted(workspace, 'mkdir -p $ROOT/.tr; mount -t tmpfs none $ROOT/.tr; mount -o remount,ro $ROOT/.tr');
  assert.equal(run.status, 0, run.stdout + run.stderr);
  assert.deepEqual(outcomes(run.stdout), { 'lib#build': 'executed', 'app#build': 'executed' });
});

for (const [name, damage] of [
  ['truncated', (file: string) => truncateSync(file, 3)],
  ['empty', (file: string) => truncateSync(file, 0)],
  ['bit-flipped', (file: string) => overwrite(file, 'mib a\n')],
] as const) {
  test(`a ${name} blob is never restored`, async () => {
    const workspace = sample();
    await workspace.tr(BUILD);
    damage(blobOf(workspace.root, 'lib a\n'));
    workspace.remove('packages/lib/dist');
    const run = await workspace.tr(BUILD);
    assert.equal(run.exitCode, 0);
    assert.equal(run.outcomes['lib#build'], 'executed');
    assert.equal(workspace.read(OUT), 'lib a\n');
    workspace.remove('packages/lib/dist');
    assert.equal((await workspace.tr(BUILD)).outcomes['lib#build'], 'restored');
  });
}

test('a damaged manifest at any place is a miss, and is put right', async () => {
  const workspace = sample();
  await workspace.tr(BUILD);
  for (const manifest of manifestFiles(workspace.root)) {
    const text = readFileSync(manifest, 'utf8');
    for (const cut of [0, 1, Math.floor(text.length / 2), text.length - 2]) {
      overwrite(manifest, text.slice(0, cut));
      workspace.remove('packages/lib/dist');
      workspace.remove('packages/app/dist');
      const run = await workspace.tr(BUILD);
      assert.equal(run.exitCode, 0);
      assert.equal(workspace.read(OUT), 'lib a\n');
    }
    for (let at = 5; at < text.length; at += Math.ceil(text.length / 8)) {
      overwrite(manifest, `${text.slice(0, at)}\u0001${text.slice(at + 1)}`);
      workspace.remove('packages/lib/dist');
      assert.equal((await workspace.tr(BUILD)).exitCode, 0);
      assert.equal(workspace.read(OUT), 'lib a\n');
    }
  }
});

test('the cache directory is deleted while the run is under way', async () => {
  const workspace = sample({ libBuild: 'mkdir -p dist && cat src/a.txt > dist/out.txt && rm -rf ../../.tr/cache' });
  const run = await workspace.tr(BUILD);
  assert.equal(run.exitCode, 0, run.stdout + run.stderr);
  assert.equal(workspace.read(OUT), 'lib a\n');
  const next = await workspace.tr(BUILD);
  assert.equal(next.exitCode, 0);
});

test('all state is deleted while the run is under way', async () => {
  const workspace = sample({ libBuild: 'mkdir -p dist && cat src/a.txt > dist/out.txt && rm -rf ../../.tr' });
  assert.equal((await workspace.tr(BUILD)).exitCode, 0);
  assert.equal(workspace.read('packages/app/dist/out.txt'), 'app a\n');
});

test('a store of a later version is left alone, with a warning', async () => {
  const workspace = sample();
  await workspace.tr(BUILD);
  const cache = join(workspace.root, '.tr/cache');
  rmSync(cache, { recursive: true });
  workspace.write({ '.tr/cache/VERSION': 'tr-cache 999\n', '.tr/cache/v999/keep': 'theirs\n' });
  workspace.remove('packages/lib/dist');
  const run = await workspace.tr(BUILD);
  assert.equal(run.exitCode, 0);
  assert.equal(workspace.read('.tr/cache/v999/keep'), 'theirs\n');
  assert.ok(!warningsOf(run).includes('store/io'));
});

test('records of what is on disk that are torn or odd are done without', async () => {
  const workspace = sample();
  await workspace.tr(BUILD);
  const state = join(workspace.root, '.tr/state');
  for (const file of readdirSync(state, { recursive: true }).map((name) => join(state, String(name)))) {
    try {
      overwrite(file, '{"version":1,"entries":[{');
    } catch {
      // A directory.
    }
  }
  const run = await workspace.tr(BUILD);
  assert.equal(run.exitCode, 0);
  assert.deepEqual(run.outcomes, { 'lib#build': 'fresh', 'app#build': 'fresh' });
  assert.ok(blobFiles(workspace.root).length > 0);
});

test(
  'a cache directory that can never be made: the tasks are fine',
  { skip: process.platform !== 'linux' },
  async () => {
    const workspace = sample();
    const run = await workspace.tr(BUILD, { env: { TR_CACHE_DIR: '/proc/nowhere' } });
    assert.equal(run.exitCode, 0, run.stderr);
    assert.deepEqual(run.outcomes, { 'lib#build': 'executed', 'app#build': 'executed' });
  },
);
