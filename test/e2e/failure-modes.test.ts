/** What a failing task does to the rest of the run, retries, timeouts, `when`, pass-through arguments, exit codes. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { notSavedReason } from '../rig/events.js';
import type { JsonEvent } from '../rig/exec-tr.js';
import { processesMentioning } from '../rig/processes.js';
import { BUILD, createSample, type SampleOptions } from '../rig/samples.js';
import { createRoot, createWorkspace, invocation, type TestWorkspace } from '../rig/workspace.js';

const keep = disposeAfterEach();

const sample = (options?: SampleOptions): TestWorkspace => keep(createSample(options));

/** `a` fails; `b` depends on it; `c` stands alone and finishes after `a` has failed. */
function threePackages(): TestWorkspace {
  const root = createRoot();
  const manifest = (name: string, script: string, dependencies = {}) => ({
    json: { name, version: '1.0.0', scripts: { build: `${invocation(root, name)} && ${script}` }, dependencies },
  });
  const workspace = createWorkspace(
    {
      'package.json': {
        json: { name: 'three', private: true, packageManager: 'npm@10.8.2', workspaces: ['packages/*'] },
      },
      'turbo-like.config.json': { json: { tasks: { build: { dependsOn: ['^build'] } } } },
      '.gitignore': '.tr\n',
      'packages/a/package.json': manifest('a', `touch ${root}.invocations/a-failed; exit 7`),
      'packages/b/package.json': manifest('b', 'true', { a: '*' }),
      'packages/c/package.json': manifest(
        'c',
        `while [ ! -e ${root}.invocations/a-failed ]; do sleep 0.05; done; sleep 2; touch ${root}.invocations/c-done`,
      ),
    },
    { root },
  );
  keep(workspace);
  return workspace;
}

test('without --continue a failure stops what runs and what waits', async () => {
  const workspace = threePackages();
  const run = await workspace.tr(BUILD);
  assert.equal(run.exitCode, 7);
  assert.equal(run.outcomes['a#build'], 'failed');
  assert.equal(run.outcomes['c#build'], 'aborted');
  assert.equal(workspace.invocations('b'), 0);
  assert.ok(!existsSync(`${workspace.root}.invocations/c-done`));
  assert.deepEqual(processesMentioning(workspace.root), []);
});

for (const [flag, b] of [
  ['--continue=dependencies-successful', 0],
  ['--continue', 1],
  ['--continue=always', 1],
] as const) {
  test(`${flag}: independents finish, dependents of the failure ${b === 0 ? 'do not run' : 'run'}`, async () => {
    const workspace = threePackages();
    const run = await workspace.tr([...BUILD, flag]);
    assert.notEqual(run.exitCode, 0);
    assert.equal(run.outcomes['c#build'], 'executed');
    assert.equal(workspace.invocations('b'), b);
  });
}

test('a failure is never stored, whatever it wrote', async () => {
  const workspace = sample({ libBuild: 'mkdir -p dist && echo partial > dist/out.txt && exit 1' });
  assert.equal((await workspace.tr(BUILD)).outcomes['lib#build'], 'failed');
  assert.equal((await workspace.tr(BUILD)).outcomes['lib#build'], 'failed');
  assert.equal(workspace.invocations('lib-build'), 2);
});

test('a retried pass is flaky: reported, and not stored', async () => {
  const workspace = sample({
    build: { retries: 2 },
    libBuild: 'mkdir -p dist && test -e dist/second || { touch dist/second; exit 1; }',
  });
  const run = await workspace.tr(BUILD);
  assert.equal(run.exitCode, 0);
  const finished = run.events.find((event) => event['type'] === 'task-finished' && event['task'] === 'lib#build');
  assert.equal(finished?.['result'].flaky, true);
  assert.equal(finished?.['result'].attempts, 2);
  assert.equal(notSavedReason(run, 'lib#build'), 'flaky');
});

test('a task over its timeout is stopped with its whole tree', async () => {
  const workspace = sample({ build: { timeout: '1s' }, libBuild: '(sleep 300 &) ; sleep 300' });
  const run = await workspace.tr(BUILD);
  assert.notEqual(run.exitCode, 0);
  const finished = run.events.find((event) => event['type'] === 'task-finished' && event['task'] === 'lib#build');
  assert.equal(finished?.['result'].failure.code, 'task/timeout');
  assert.deepEqual(processesMentioning(workspace.root), []);
});

test('when: a task that does not apply is skipped and never recorded as done', async () => {
  const workspace = sample({ build: { when: { env: ['DEPLOY'] } } });
  const skipped = await workspace.tr(BUILD);
  assert.equal(skipped.exitCode, 0);
  assert.deepEqual(skipped.outcomes, { 'lib#build': 'skipped', 'app#build': 'skipped' });
  const run = await workspace.tr(BUILD, { env: { DEPLOY: '1' } });
  assert.deepEqual(run.outcomes, { 'lib#build': 'executed', 'app#build': 'executed' });
  workspace.write({
    'turbo-like.config.json': {
      json: { tasks: { build: { dependsOn: ['^build'], outputs: ['dist/**'], when: { branches: ['release/*'] } } } },
    },
  });
  assert.deepEqual((await workspace.tr(BUILD)).outcomes, { 'lib#build': 'skipped', 'app#build': 'skipped' });
  workspace.git('checkout', '-q', '-b', 'release/1');
  assert.notEqual((await workspace.tr(BUILD)).outcomes['lib#build'], 'skipped');
});

test('pass-through arguments reach the script unharmed and are part of the key', async () => {
  const workspace = sample({ libBuild: 'mkdir -p dist && printf "%s\\n" > dist/out.txt' });
  const nasty = ['--flag', 'two words', `quo'te`, '$HOME', '*', '"', 'back\\slash'];
  await workspace.tr(['run', 'build', '--filter=lib', '--', ...nasty]);
  // The arguments follow the redirection: printf gets them all.
  assert.equal(workspace.read('packages/lib/dist/out.txt'), `${nasty.join('\n')}\n`);
  const other = await workspace.tr([...BUILD, '--filter=lib', '--', '--flag']);
  assert.equal(other.outcomes['lib#build'], 'executed');
});

test('the log that is replayed equals the bytes that were written', async () => {
  const workspace = sample({
    libBuild: `printf 'one\\ntwo \\033[31mred\\033[0m\\n\\377\\376 raw\\nlast without newline'`,
  });
  const bytesOf = (events: readonly JsonEvent[]): Buffer =>
    Buffer.concat(
      events
        .filter((event) => event['type'] === 'task-output' && event['task'] === 'lib#build')
        .map(({ bytes }) => (typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes.base64, 'base64'))),
    );
  const first = await workspace.tr(BUILD);
  const second = await workspace.tr(BUILD);
  assert.equal(second.outcomes['lib#build'], 'fresh');
  const written = Buffer.concat([
    Buffer.from('one\ntwo \u001b[31mred\u001b[0m\n'),
    Buffer.from([0xff, 0xfe]),
    Buffer.from(' raw\nlast without newline'),
  ]);
  assert.deepEqual(bytesOf(first.events), written);
  assert.deepEqual(bytesOf(second.events), written);
  const plainFirst = await workspace.tr(['run', 'build', '--filter=lib', '--force', '--log-prefix=none']);
  const plainSecond = await workspace.tr(['run', 'build', '--filter=lib', '--log-prefix=none']);
  for (const run of [plainFirst, plainSecond])
    assert.match(run.stdout, /one\ntwo .*red.*\n[\s\S]*raw\nlast without newline/);
  assert.ok(existsSync(join(workspace.root, '.tr/logs')));
});

test('what took long is started first next time', async () => {
  const root = createRoot();
  const manifest = (name: string, script: string) => ({ json: { name, version: '1.0.0', scripts: { build: script } } });
  const workspace = keep(
    createWorkspace(
      {
        'package.json': {
          json: { name: 'two', private: true, packageManager: 'npm@10.8.2', workspaces: ['packages/*'] },
        },
        'turbo-like.config.json': { json: { tasks: { build: {} } } },
        '.gitignore': '.tr\n',
        'packages/a/package.json': manifest('a', 'true'),
        'packages/b/package.json': manifest('b', 'sleep 1'),
      },
      { root },
    ),
  );
  const startedFirst = async (): Promise<unknown> => {
    const run = await workspace.tr(['run', 'build', '--force', '--concurrency=1', '--log-format=json']);
    return run.events.find(({ type }) => type === 'task-started')?.['task'];
  };
  assert.equal(await startedFirst(), 'a#build');
  assert.equal(await startedFirst(), 'b#build');
});
