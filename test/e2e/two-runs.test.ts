/** Two runs in one work tree at once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createWorkspace } from '../rig/workspace.js';

test('a run with nothing else to do waits for the task that another one executes, and takes its result', async (t) => {
  const workspace = createWorkspace({
    'package.json': {
      json: { name: 'alone', packageManager: 'npm@11.0.0', scripts: { build: 'touch started; sleep 2; echo x > out' } },
    },
    'package-lock.json': { json: { name: 'alone', lockfileVersion: 3, packages: { '': { name: 'alone' } } } },
    'turbo.json': { json: { tasks: { build: { inputs: ['src/**'], outputs: ['out'] } } } },
    'src/one': '1',
  });
  t.after(() => workspace.dispose());
  const first = workspace.tr(['run', 'build']);
  while (!workspace.exists('started')) await sleep(20);
  const second = await workspace.tr(['run', 'build', '--log-format=json']);
  assert.deepEqual([second.exitCode, second.outcomes], [0, { '//#build': 'fresh' }], second.stdout);
  assert.equal((await first).exitCode, 0);
});
