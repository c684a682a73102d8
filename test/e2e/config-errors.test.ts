/** Wrong configuration: everything at once, each with its place, code, nearest name and what to do; nothing runs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import type { TrResult } from '../rig/exec-tr.js';
import { createRoot, createWorkspace, invocation, type TestWorkspace, type Tree } from '../rig/workspace.js';

const keep = disposeAfterEach();

/** Two packages, `web` and `lib`, with a root configuration as it is given. */
function workspaceOf(config: Tree): TestWorkspace {
  const root = createRoot();
  const manifest = (name: string, dependencies = {}) => ({
    json: { name, version: '1.0.0', scripts: { build: invocation(root, name) }, dependencies },
  });
  return keep(
    createWorkspace(
      {
        'package.json': {
          json: { name: 'r', private: true, packageManager: 'npm@10.8.2', workspaces: ['packages/*'] },
        },
        '.gitignore': '.tr\n',
        'packages/web/package.json': manifest('web', { lib: '*' }),
        'packages/lib/package.json': manifest('lib'),
        ...config,
      },
      { root },
    ),
  );
}

/** `file:line:column code` of every error and warning, in the order they are told. */
function placesOf(run: TrResult): string[] {
  return [...run.stderr.matchAll(/^(?:(\S+:\d+:\d+) )?([a-z]+\/[a-z-]+)( warning:)? /gm)].map(
    ([, place = '', code = '', warning = '']) => `${place} ${code}${warning}`.trim(),
  );
}

/** Runs the build, which must be refused before anything starts. */
async function refused(workspace: TestWorkspace, ...args: string[]): Promise<TrResult> {
  const run = await workspace.tr(['run', 'build', ...args]);
  assert.equal(run.exitCode, 2, run.stderr);
  assert.equal(run.stdout, '');
  assert.equal(workspace.invocations('web') + workspace.invocations('lib'), 0);
  return run;
}

test('everything that is wrong in all files is told at once', async () => {
  const workspace = workspaceOf({
    'turbo-like.config.json': `{
  // One of each.
  "tasks": {
    "build": { "outptus": ["dist/**"], "env": "NODE_ENV", "cache": "no" },
    "test": { "outputLogs": "ful", "timeout": "5 minutes" },
    "test": {}
  },
  "globalEnv": ["$HOME"],
  "concurrency": "a lot"
}
`,
    'packages/web/turbo-like.config.json': `{
  "tasks": { "web#build": {} },
  "globalEnv": []
}
`,
  });
  const run = await refused(workspace);
  const own = 'turbo-like.config.json';
  // A root that cannot be used tells nothing about packages.
  assert.deepEqual(placesOf(run), [
    `${own}:4:16 config/unknown-key`,
    `${own}:4:47 config/wrong-type`,
    `${own}:4:68 config/wrong-type`,
    `${own}:5:29 config/invalid-value`,
    `${own}:5:47 config/invalid-format`,
    `${own}:6:5 config/duplicate-key`,
    `${own}:8:17 config/invalid-variable`,
    `${own}:9:18 config/invalid-format`,
  ]);
  assert.match(run.stderr, /4 \| {5}"build": \{ "outptus".*\n {4}\| {16}\^\n {2}next: Did you mean `outputs`\?\n/);
  assert.match(run.stderr, /next: Write it as a list/);
  assert.match(run.stderr, /next: Write `true` or `false`, without quotes\./);
  assert.match(run.stderr, /next: Did you mean `full`\?/);
  assert.match(run.stderr, /\n8 errors\.\n$/);
});

test('every package tells what is wrong with its own file', async () => {
  const workspace = workspaceOf({
    'turbo-like.config.json': { json: { tasks: { build: {} } } },
    'packages/web/turbo-like.config.json': '{\n  "tasks": { "web#build": {} },\n  "globalEnv": []\n}\n',
    'packages/lib/turbo-like.config.json': '{ "extends": ["//"], "tasks": { "build": { "outputs": "x" } } }\n',
  });
  assert.deepEqual(placesOf(await refused(workspace)), [
    'packages/lib/turbo-like.config.json:1:55 config/wrong-type',
    'packages/web/turbo-like.config.json:1:1 config/missing-extends',
    'packages/web/turbo-like.config.json:2:14 config/package-task-key',
    'packages/web/turbo-like.config.json:3:3 config/misplaced-key',
  ]);
});

for (const [what, text, place, next] of [
  ['a missing comma', '{\n  "tasks": {\n    "build": {} "test": {}\n  }\n}\n', '3:17', /Is a comma missing/],
  ['a missing brace', '{\n  "tasks": {\n    "build": {}\n', '4:1', /closing brace or bracket/],
  ['an empty file', '', '1:1', /needs at least `\{ "tasks": \{\} \}`/],
] as const) {
  test(`no JSON, ${what}: one error, at its place`, async () => {
    const run = await refused(workspaceOf({ 'turbo.json': text }));
    assert.deepEqual(placesOf(run), [`turbo.json:${place} config/syntax`]);
    assert.match(run.stderr, next);
  });
}

test('a name in `dependsOn` or `with` that is nobody’s: told once, where it is written, with the nearest name', async () => {
  const workspace = workspaceOf({
    'turbo.json': `{
  "tasks": {
    "build": { "dependsOn": ["^biuld", "wbe#build", "//#prepare"], "with": ["nothing"] }
  }
}
`,
    // Inherits `dependsOn`: the mistake is not here.
    'packages/web/turbo.json': '{ "extends": ["//"], "tasks": { "build": { "outputs": ["dist/**"] } } }\n',
  });
  const run = await refused(workspace);
  assert.deepEqual(placesOf(run), [
    'turbo.json:3:30 graph/unknown-task',
    'turbo.json:3:40 graph/unknown-package',
    'turbo.json:3:53 graph/undeclared-root-task',
    'turbo.json:3:77 graph/unknown-task',
  ]);
  assert.match(run.stderr, /Did you mean `build`\?/);
  assert.match(run.stderr, /Did you mean `web`\?/);
});

test('a circle is told once, with the whole way round', async () => {
  const workspace = workspaceOf({
    'turbo.json': '{ "tasks": { "build": { "dependsOn": ["test"] }, "test": { "dependsOn": ["build"] } } }\n',
  });
  const run = await refused(workspace);
  assert.deepEqual(placesOf(run), ['turbo.json:1:39 graph/cycle']);
  assert.match(run.stderr, /`lib#build` -> `lib#test` -> `lib#build` \(and 1 more such circle in other packages\)/);
});

test('what a later Turborepo may bring is a warning, and the run goes on', async () => {
  const workspace = workspaceOf({ 'turbo.json': '{ "tasks": { "build": { "futureKey": true } } }\n' });
  const run = await workspace.tr(['run', 'build']);
  assert.equal(run.exitCode, 0, run.stderr);
  assert.deepEqual(placesOf(run), ['turbo.json:1:25 config/unknown-key warning:']);
  assert.equal(workspace.invocations('web'), 1);
});

test('no configuration: said with what to write and where', async () => {
  const run = await refused(workspaceOf({}));
  assert.deepEqual(placesOf(run), ['workspace/no-config']);
  assert.match(run.stderr, /next: Create turbo-like.config.json .*`\{ "tasks": \{ "build": \{\} \} \}`/);
});

test('`tr ls` and `tr why` refuse a wrong configuration in the same words', async () => {
  const workspace = workspaceOf({ 'turbo-like.config.json': '{ "tassk": {} }\n' });
  const words = (await refused(workspace)).stderr;
  assert.match(words, /Did you mean `tasks`\?/);
  for (const args of [['ls'], ['why', 'build'], ['cache', 'status']]) {
    const call = await workspace.tr(args);
    assert.equal(call.exitCode, 2);
    assert.equal(call.stderr, words);
  }
});
