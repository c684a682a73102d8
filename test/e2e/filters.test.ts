/** Filters and `--affected` from the command line to what runs; the grammar itself has its tests in `task-graph`. */
import assert from 'node:assert/strict';
import { renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import type { TrOptions } from '../rig/exec-tr.js';
import { createWorkspace, type TestWorkspace } from '../rig/workspace.js';

const keep = disposeAfterEach();

/** web -> ui -> tokens, docs -> ui, and `lone`, which nobody needs. */
function createShop(): TestWorkspace {
  const manifest = (name: string, dependencies: readonly string[] = []) => ({
    json: {
      name,
      version: '1.0.0',
      scripts: { build: 'echo built' },
      dependencies: Object.fromEntries(dependencies.map((dependency) => [dependency, '*'])),
    },
  });
  return keep(
    createWorkspace({
      'package.json': {
        json: { name: 'shop', private: true, packageManager: 'npm@10.8.2', workspaces: ['apps/*', 'packages/*'] },
      },
      'turbo.json': { json: { tasks: { build: { dependsOn: ['^build'] } } } },
      '.gitignore': '.tr\n',
      'README.md': 'shop\n',
      'apps/web/package.json': manifest('web', ['ui']),
      'apps/docs/package.json': manifest('docs', ['ui']),
      'packages/ui/package.json': manifest('ui', ['tokens']),
      'packages/ui/src/a.txt': 'ui\n',
      'packages/tokens/package.json': manifest('tokens'),
      'packages/tokens/a.txt': 'tokens\n',
      'packages/lone/package.json': manifest('lone'),
    }),
  );
}

/** The names `tr ls` has for these options, joined. */
async function selected(workspace: TestWorkspace, args: readonly string[], options?: TrOptions): Promise<string> {
  const call = await workspace.tr(['ls', '--output=json', ...args], options);
  assert.equal(call.exitCode, 0, call.stderr);
  const { packages } = JSON.parse(call.stdout) as { packages: { items: { name: string }[] } };
  return packages.items.map(({ name }) => name).join(' ');
}

test('names, directories, dependencies and exclusions', async () => {
  const workspace = createShop();
  for (const [args, expected] of [
    [[], 'docs lone tokens ui web'],
    [['--filter=web'], 'web'],
    [['-F', 'web...'], 'tokens ui web'],
    [['--filter=...tokens'], 'docs tokens ui web'],
    [['--filter=./apps/*', '--filter=!docs'], 'web'],
    [['--filter', '*o*'], 'docs lone tokens'],
  ] as const) {
    assert.equal(await selected(workspace, args), expected, args.join(' '));
  }
});

test('a package is listed with a task called like a part of an object', async () => {
  const workspace = createShop();
  workspace.write({ 'turbo.json': { json: { tasks: { build: {}, constructor: {}, valueOf: {} } } } });
  const call = await workspace.tr(['ls', '--output=json', 'web']);
  assert.equal(call.exitCode, 0, call.stderr);
  assert.doesNotMatch(call.stdout, /constructor|valueOf/);
  assert.equal((await workspace.tr(['ls', 'web'])).exitCode, 0);
});

test('a run is about what is selected, and brings what that needs', async () => {
  const workspace = createShop();
  const run = await workspace.tr(['run', 'build', '--filter=web', '--log-format=json']);
  assert.deepEqual(Object.keys(run.outcomes).sort(), ['tokens#build', 'ui#build', 'web#build']);
  const only = await workspace.tr(['run', 'build', '--filter=web', '--only', '--log-format=json']);
  assert.deepEqual(Object.keys(only.outcomes), ['web#build']);
});

test('the current directory is a filter, in a package and in a folder; a folder without packages is told', async () => {
  const workspace = createShop();
  workspace.write({ 'tools/x.sh': '\n', 'packages/ui/src/deep/b.txt': '\n' });
  assert.equal(await selected(workspace, [], { cwd: 'packages/ui/src/deep' }), 'ui');
  assert.equal(await selected(workspace, [], { cwd: 'apps' }), 'docs web');
  assert.equal(await selected(workspace, ['--filter=lone'], { cwd: 'apps' }), 'lone');
  const nowhere = await workspace.tr(['run', 'build'], { cwd: 'tools' });
  assert.equal(nowhere.exitCode, 0);
  assert.match(nowhere.stderr, /graph\/empty-directory warning: `tools` is in no package/);
});

test('a repository of one package is that package in every folder', async () => {
  const workspace = keep(
    createWorkspace({
      'turbo-like.config.json': { json: { tasks: { check: { command: 'echo checked' } } } },
      'app/models/a.py': '\n',
      '.gitignore': '.tr\n',
    }),
  );
  const run = await workspace.tr(['run', 'check', '--log-format=json'], { cwd: 'app/models' });
  assert.deepEqual(run.outcomes, { '//#check': 'executed' });
});

test('what changed: committed on this branch, not committed, and who depends on it', async () => {
  const workspace = createShop();
  workspace.git('switch', '-q', '-c', 'topic');
  workspace.write({ 'packages/ui/src/a.txt': 'changed\n' });
  workspace.commit();
  assert.equal(await selected(workspace, ['--affected']), 'docs ui web');
  assert.equal(await selected(workspace, ['--filter=[main]']), 'ui');
  workspace.write({ 'packages/lone/new.txt': 'not committed\n' });
  assert.equal(await selected(workspace, ['--affected']), 'docs lone ui web');
  assert.equal(await selected(workspace, ['--filter=[main...HEAD]']), 'ui');
  assert.equal(await selected(workspace, ['--affected', '--filter=./apps/*']), 'docs web');
  // The base is what the variable says, in CI as elsewhere.
  const inCi = { env: { GITHUB_ACTIONS: 'true', GITHUB_BASE_REF: 'main' } };
  assert.equal(await selected(workspace, ['--affected'], inCi), 'docs lone ui web');
  assert.equal(await selected(workspace, ['--affected'], { env: { TURBO_SCM_BASE: 'topic' } }), 'lone');
});

test('a change behind the link that is a package changes that package, and who depends on it', async () => {
  const workspace = createShop();
  renameSync(join(workspace.root, 'packages/tokens'), join(workspace.root, 'elsewhere'));
  symlinkSync('../elsewhere', join(workspace.root, 'packages/tokens'));
  workspace.commit();
  workspace.write({ 'elsewhere/a.txt': 'changed\n' });
  assert.equal(await selected(workspace, ['--filter=[HEAD]']), '// tokens');
  assert.equal(await selected(workspace, ['--affected']), '// docs tokens ui web');
});

/** Two packages with a dependency each, of which a patch changes one; a lockfile of Python is above the second. */
function createPatched(futureFlags: Readonly<Record<string, boolean>>): TestWorkspace {
  const manifest = (name: string, dependency: string) => ({ name, dependencies: { [dependency]: '1.0.0' } });
  const one = manifest('one', 'left');
  const two = manifest('two', 'right');
  const patchedDependencies = { 'left@1.0.0': 'patches/left.patch' };
  const scripts = { build: 'echo built' };
  return keep(
    createWorkspace({
      'package.json': {
        json: {
          name: 'patched',
          packageManager: 'bun@1.3.0',
          workspaces: ['packages/*', 'api/*'],
          patchedDependencies,
        },
      },
      'bun.lock': {
        json: {
          lockfileVersion: 1,
          workspaces: { '': { name: 'patched' }, 'packages/one': one, 'api/two': two },
          patchedDependencies,
          packages: {
            left: ['left@1.0.0', '', {}, 'sha512-left'],
            one: ['one@workspace:packages/one'],
            right: ['right@1.0.0', '', {}, 'sha512-right'],
            two: ['two@workspace:api/two'],
          },
        },
      },
      'turbo.json': { json: { futureFlags, tasks: { build: { inputs: ['src/**'] } } } },
      '.gitignore': '.tr\n',
      'patches/left.patch': 'a patch\n',
      'api/poetry.lock': 'pinned\n',
      'packages/one/package.json': { json: { ...one, scripts } },
      'packages/one/src/a': 'a\n',
      'api/two/package.json': { json: { ...two, scripts } },
      'api/two/src/a': 'a\n',
    }),
  );
}

for (const futureFlags of [{}, { affectedUsingTaskInputs: true }, { filterUsingTasks: true }]) {
  test(`a patch, and a lockfile above a package, affect it as they change its key ${JSON.stringify(futureFlags)}`, async () => {
    const workspace = createPatched(futureFlags);
    await workspace.tr(['run', 'build']);
    const affected = async (): Promise<readonly string[]> =>
      Object.keys((await workspace.tr(['run', 'build', '--affected', '--log-format=json'])).outcomes);
    assert.deepEqual(await affected(), []);
    workspace.write({ 'patches/left.patch': 'another patch\n' });
    assert.deepEqual(await affected(), ['one#build']);
    workspace.remove('api/poetry.lock');
    assert.deepEqual((await affected()).toSorted(), ['one#build', 'two#build']);
    workspace.write({ 'patches/left.patch': 'a patch\n' });
    assert.deepEqual(await affected(), ['two#build']);
    assert.deepEqual((await workspace.tr(['run', 'build', '--log-format=json'])).outcomes, {
      'one#build': 'fresh',
      'two#build': 'fresh',
    });
    // Without it nothing can be installed: whoever goes on without has another lockfile.
    workspace.remove('patches/left.patch');
    assert.deepEqual(await affected(), ['two#build']);
  });
}

test('without a base everything is affected, with a warning; a base that is named must exist', async () => {
  const workspace = createShop();
  workspace.git('branch', '-q', '-m', 'trunk');
  const call = await workspace.tr(['run', 'build', '--affected', '--dry=json']);
  assert.match(call.stderr, /workspace\/no-base warning:/);
  assert.equal((JSON.parse(call.stdout) as { tasks: unknown[] }).tasks.length, 5);
  const named = await workspace.tr(['run', 'build', '--affected'], { env: { TURBO_SCM_BASE: 'nowhere' } });
  assert.equal(named.exitCode, 2);
  assert.match(named.stderr, /workspace\/unknown-ref /);
});

for (const [filter, code, next] of [
  ['wbe', 'graph/filter-unknown-package', /Did you mean `web`\?/],
  ['./aps/*', 'graph/filter-unknown-directory', /counts from the current directory/],
  ['[nowhere]', 'workspace/unknown-ref', /fetch-depth/],
  ['web[', 'graph/invalid-filter', /A filter is/],
] as const) {
  test(`--filter='${filter}': ${code}, exit code 2`, async () => {
    const call = await createShop().tr(['run', 'build', `--filter=${filter}`]);
    assert.equal(call.exitCode, 2);
    assert.match(call.stderr, new RegExp(`^${code} `));
    assert.match(call.stderr, next);
  });
}

test('a pattern that fits nothing runs nothing, with a warning', async () => {
  const call = await createShop().tr(['run', 'build', '--filter=nothing-*']);
  assert.equal(call.exitCode, 0);
  assert.match(call.stderr, /graph\/empty-filter warning:/);
  assert.match(call.stdout, /No tasks were executed/);
});
