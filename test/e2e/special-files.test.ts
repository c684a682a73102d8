/** A named pipe, a socket or a device where a file should be: nobody waits for it, and what matters is told. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { BUILD, createSample } from '../rig/samples.js';
import type { TestWorkspace } from '../rig/workspace.js';

const keep = disposeAfterEach();

/** Puts a named pipe, or a link to an endless device, in the place of a file. */
function spoil(workspace: TestWorkspace, path: string, kind: 'pipe' | 'device'): void {
  const absolute = join(workspace.root, path);
  rmSync(absolute, { force: true });
  if (kind === 'pipe') execFileSync('mkfifo', [absolute]);
  else symlinkSync('/dev/zero', absolute);
}

for (const kind of ['pipe', 'device'] as const) {
  for (const [path, message] of [
    ['package.json', /package\.json:1:1 workspace\/invalid-manifest .*it is not a file/],
    ['packages/lib/package.json', /packages\/lib\/package\.json:1:1 workspace\/invalid-manifest .*it is not a file/],
    ['turbo-like.config.json', /config\/unreadable .*turbo-like\.config\.json.* cannot be read \(not a file\)/],
    ['packages/lib/turbo.json', /config\/unreadable .*packages\/lib\/turbo\.json.* cannot be read \(not a file\)/],
  ] as const) {
    test(`a ${kind} called ${path} is an error`, async () => {
      const workspace = keep(createSample());
      spoil(workspace, path, kind);
      const run = await workspace.tr(['run', 'build']);
      assert.equal(run.exitCode, 2, run.stderr);
      assert.match(run.stderr, message);
    });
  }

  test(`a ${kind} as an env file is an error of its task: it has something else for everybody who reads it`, async () => {
    const workspace = keep(createSample({ build: { envFiles: ['.env'] } }));
    spoil(workspace, 'packages/lib/.env', kind);
    const run = await workspace.tr(BUILD);
    assert.equal(run.exitCode, 1, run.stderr);
    assert.equal(run.outcomes['lib#build'], 'failed');
    assert.match(run.stdout, /fingerprint\/unreadable-input/);
    assert.match(run.stdout, /packages\/lib\/\.env/);
  });
}

test('a pipe that no task has to read changes nothing, and is no input', async () => {
  const workspace = keep(createSample());
  await workspace.tr(BUILD);
  for (const path of ['.npmrc', '.gitattributes', 'packages/lib/.gitignore', 'packages/lib/pipe.txt'])
    spoil(workspace, path, 'pipe');
  const run = await workspace.tr(BUILD);
  assert.deepEqual(run.outcomes, { 'lib#build': 'fresh', 'app#build': 'fresh' }, run.stdout + run.stderr);
});

test('an input that a pipe takes the place of is one that is gone', async () => {
  const workspace = keep(createSample());
  workspace.write({ 'packages/lib/src/b.txt': 'b\n' });
  await workspace.tr(BUILD);
  spoil(workspace, 'packages/lib/src/b.txt', 'pipe');
  // The sample's command would wait for it.
  const run = await workspace.tr(['run', 'build', '--dry=json']);
  assert.equal(run.exitCode, 0, run.stderr);
  const { tasks } = JSON.parse(run.stdout) as { tasks: readonly { taskId: string; inputs: object }[] };
  assert.ok(!('src/b.txt' in (tasks.find(({ taskId }) => taskId === 'lib#build')?.inputs ?? {})));
});
