/** Two runs in one work tree at once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createWorkspace } from '../rig/workspace.js';

test('a run with nothing else to do waits for the task that another one executes, says so, and takes its result', async (t) => {
  const build = 'touch started; while [ ! -e go ]; do sleep 0.05; done; echo x > out';
  const workspace = createWorkspace({
    'package.json': { json: { name: 'alone', packageManager: 'npm@11.0.0', scripts: { build } } },
    'package-lock.json': { json: { name: 'alone', lockfileVersion: 3, packages: { '': { name: 'alone' } } } },
    'turbo.json': { json: { tasks: { build: { inputs: ['src/**'], outputs: ['out'] } } } },
    'src/one': '1',
  });
  t.after(() => workspace.dispose());
  const first = workspace.tr(['run', 'build']);
  while (!workspace.exists('started')) await sleep(20);
  let shown = '';
  const second = workspace.tr(['run', 'build'], {
    onStart: (child) => child.stdout?.on('data', (bytes: Buffer) => (shown += bytes.toString())),
  });
  const third = workspace.tr(['run', 'build', '--log-format=json']);
  // Who looks at it does not take it for a hang.
  while (!/#build is being executed by another run \(process \d+\): waiting for it\./.test(shown)) await sleep(20);
  workspace.write({ go: '' });
  assert.equal((await second).exitCode, 0, shown);
  const { exitCode, outcomes, stdout } = await third;
  assert.deepEqual([exitCode, outcomes], [0, { '//#build': 'fresh' }], stdout);
  const { exitCode: code, stdout: text } = await first;
  assert.deepEqual([code, text.includes('another run')], [0, false]);
});
