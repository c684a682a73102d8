/** Ctrl-C, SIGTERM and SIGKILL during many process trees: nothing is left running, nothing half-written is stored. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { processesMentioning, waitUntil } from '../rig/processes.js';
import { createRoot, createWorkspace, type TestWorkspace, type Tree } from '../rig/workspace.js';
import { manifestFiles } from '../rig/cache-files.js';
import { disposeAfterEach } from '../rig/dispose-after-each.js';

const keep = disposeAfterEach();

const TREES = 20;

/**
 * Twenty packages whose build writes half an output, says so, and then holds on with a child, a grandchild that ignores
 * SIGINT and SIGTERM, and a process that left the process group.
 */
function createTrees(): TestWorkspace {
  const root = createRoot();
  const script = [
    'mkdir -p dist',
    'echo half > dist/out.txt',
    `(trap '' INT TERM; sleep 300) &`,
    'setsid sleep 300 &',
    `touch ${root}.invocations/started-$npm_package_name`,
    'sleep 300',
    'echo whole > dist/out.txt',
  ].join('\n');
  const packages: Record<string, Tree[string]> = {};
  for (let i = 0; i < TREES; i++) {
    packages[`packages/p${i}/package.json`] = { json: { name: `p${i}`, version: '1.0.0', scripts: { build: script } } };
  }
  return keep(
    createWorkspace(
      {
        'package.json': {
          json: { name: 'trees', private: true, packageManager: 'npm@10.8.2', workspaces: ['packages/*'] },
        },
        'turbo-like.config.json': { json: { tasks: { build: { outputs: ['dist/**'] } } } },
        '.gitignore': 'dist\n.tr\n',
        ...packages,
      },
      { root },
    ),
  );
}

function allStarted(workspace: TestWorkspace): boolean {
  return Array.from({ length: TREES }, (_, i) => existsSync(`${workspace.root}.invocations/started-p${i}`)).every(
    Boolean,
  );
}

function storedManifests(workspace: TestWorkspace): number {
  return existsSync(join(workspace.root, '.tr/cache/v1/actions')) ? manifestFiles(workspace.root).length : 0;
}

for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  test(`${signal} during ${TREES} process trees: exit code ${exitCode}, no process left, nothing stored`, async () => {
    const workspace = createTrees();
    let child: ChildProcess | undefined;
    const running = workspace.tr(['run', 'build', `--concurrency=${TREES}`], {
      onStart: (process) => (child = process),
    });
    await waitUntil('every tree to run', () => allStarted(workspace));
    child?.kill(signal);
    const run = await running;
    assert.equal(run.exitCode, exitCode, run.stderr);
    assert.deepEqual(processesMentioning(workspace.root), []);
    assert.equal(storedManifests(workspace), 0);
  });
}

test('a second Ctrl-C ends it at once', async () => {
  const workspace = createTrees();
  let child: ChildProcess | undefined;
  const running = workspace.tr(['run', 'build', `--concurrency=${TREES}`], { onStart: (process) => (child = process) });
  await waitUntil('every tree to run', () => allStarted(workspace));
  child?.kill('SIGINT');
  child?.kill('SIGINT');
  assert.equal((await running).exitCode, 130);
  await waitUntil('all trees to end', () => processesMentioning(workspace.root).length === 0);
});

test('kill -9 of the runner: its process trees end too', async () => {
  const workspace = createTrees();
  let child: ChildProcess | undefined;
  const running = workspace.tr(['run', 'build', `--concurrency=${TREES}`], { onStart: (process) => (child = process) });
  await waitUntil('every tree to run', () => allStarted(workspace));
  child?.kill('SIGKILL');
  assert.equal((await running).signal, 'SIGKILL');
  await waitUntil('all trees to end', () => processesMentioning(workspace.root).length === 0);
  assert.equal(storedManifests(workspace), 0);
});
