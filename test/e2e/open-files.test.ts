/** A low limit for open files: tasks may fail, with what to do about it; it is never an error of ours. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { cleanEnvironment, TR_BIN } from '../rig/exec-tr.js';
import { createWorkspace, type TestWorkspace } from '../rig/workspace.js';

const keep = disposeAfterEach();

const COUNT = 60;

function create(): TestWorkspace {
  const packages = Array.from({ length: COUNT }, (_, at) => [
    `packages/p${at}/package.json`,
    { json: { name: `p${at}`, version: '1.0.0', scripts: { build: 'mkdir -p dist && echo x > dist/x' } } },
  ]);
  return keep(
    createWorkspace({
      'package.json': { json: { name: 'w', private: true, packageManager: 'npm@10.8.2', workspaces: ['packages/*'] } },
      'turbo-like.config.json': { json: { tasks: { build: { outputs: ['dist/**'] } } } },
      '.gitignore': 'dist\n.tr\n',
      ...Object.fromEntries(packages),
    }),
  );
}

for (const limit of [28, 36, 64]) {
  test(`at most ${limit}`, () => {
    const workspace = create();
    for (const options of ['', '--force', '--concurrency=10']) {
      const run = spawnSync(
        'sh',
        [
          '-c',
          `ulimit -n ${limit}; exec "$0" "$@"`,
          process.execPath,
          TR_BIN,
          'run',
          'build',
          `--concurrency=${COUNT}`,
          '--continue',
        ]
          .concat(options === '' ? [] : [options])
          .filter((word, _, all) => !(word === `--concurrency=${COUNT}` && all.includes('--concurrency=10'))),
        { cwd: workspace.root, env: cleanEnvironment(), encoding: 'utf8' },
      );
      const said = run.stdout + run.stderr;
      assert.ok(run.status === 0 || run.status === 1, said);
      assert.doesNotMatch(said, /please report|\n {4}at /);
      if (run.status === 1) assert.match(said, /ulimit -n/);
      if (limit === 28 && options === '--force') assert.ok(said.includes('usage/too-many-open-files'), said);
    }
    // Nothing half-made is left that would count.
    rmSync(`${workspace.root}/.tr/logs`, { recursive: true, force: true });
    const verified = spawnSync(process.execPath, [TR_BIN, 'cache', 'verify'], {
      cwd: workspace.root,
      env: cleanEnvironment(),
    });
    assert.equal(verified.status, 0);
  });
}
