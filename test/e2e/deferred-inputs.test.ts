/** Structured `inputs`: files that are known only once the dependencies have ended. */
import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { createWorkspace, type TestWorkspace } from '../rig/workspace.js';

const keep = disposeAfterEach();

/** `app` checks the declarations that `lib` builds from its source; `gen` writes what `app` reads. */
function createTyped(
  inputs: readonly unknown[],
  build = 'mkdir -p dist && grep export src.txt > dist/x.d.ts && cp src.txt dist/x.js',
): TestWorkspace {
  return keep(
    createWorkspace({
      'package.json': {
        json: { name: 'root', private: true, packageManager: 'npm@10.8.2', workspaces: ['packages/*'] },
      },
      '.gitignore': 'dist\ngen\n.tr\n',
      'turbo.json': {
        json: {
          tasks: {
            build: { outputs: ['dist/**'] },
            gen: { cache: false },
            check: { dependsOn: ['^build', 'gen'], inputs },
            after: { dependsOn: ['check'] },
          },
        },
      },
      'seed.txt': 'one\n',
      'packages/lib/package.json': { json: { name: 'lib', version: '1.0.0', scripts: { build } } },
      'packages/lib/src.txt': 'body 1\nexport a\n',
      'packages/app/package.json': {
        json: {
          name: 'app',
          version: '1.0.0',
          dependencies: { lib: '*' },
          scripts: { gen: 'mkdir -p gen && cp ../../seed.txt gen/', check: 'echo checked', after: 'echo after' },
        },
      },
      'packages/app/src.txt': 'app\n',
    }),
  );
}

async function run(workspace: TestWorkspace): Promise<string> {
  const { outcomes, exitCode, stderr } = await workspace.tr(['run', 'after', '--log-format=json']);
  assert.equal(exitCode, 0, stderr);
  return ['lib#build', 'app#check', 'app#after'].map((id) => outcomes[id]).join(' ');
}

const DECLARATIONS = { mode: 'dependencyOutputs', globs: ['dist/**/*.d.ts'], from: ['^build'] };

test('outputs of a dependency count in place of its key: what they do not hold changes nothing', async () => {
  const workspace = createTyped(['$TURBO_DEFAULT$', DECLARATIONS]);
  assert.equal(await run(workspace), 'executed executed executed');
  assert.equal(await run(workspace), 'fresh fresh fresh');
  workspace.write({ 'packages/lib/src.txt': 'body 2\nexport a\n' });
  assert.equal(await run(workspace), 'executed fresh fresh');
  workspace.write({ 'packages/lib/src.txt': 'body 2\nexport b\n' });
  assert.equal(await run(workspace), 'executed executed executed');
  const why = await workspace.tr(['why', 'app#check']);
  assert.match(why.stdout, /~ \.\.\/lib\/dist\/x\.d\.ts/);
  workspace.write({ 'packages/app/src.txt': 'app 2\n' });
  assert.equal(await run(workspace), 'fresh executed executed');
});

test('whether a chosen output is executable counts', async () => {
  const build = 'mkdir -p dist && cp tool.txt dist/tool && chmod `cat mode.txt` dist/tool';
  const workspace = createTyped([{ mode: 'dependencyOutputs', globs: ['dist/**'] }], build);
  const setMode = (mode: string) => workspace.write({ 'packages/lib/tool.txt': '', 'packages/lib/mode.txt': mode });
  setMode('644');
  assert.equal(await run(workspace), 'executed executed executed');
  setMode('755');
  assert.equal(await run(workspace), 'executed executed executed');
  assert.match((await workspace.tr(['why', 'app#check'])).stdout, /dist\/tool/);
  setMode('644');
  assert.equal(await run(workspace), 'restored fresh fresh');
});

test('whether an input is executable counts where the configuration says so', async () => {
  const workspace = createTyped(['src.txt']);
  const config = JSON.parse(workspace.read('turbo.json')) as object;
  for (const hashFilePermissions of [false, true]) {
    workspace.write({ 'turbo.json': { json: { ...config, futureFlags: { hashFilePermissions } } } });
    chmodSync(join(workspace.root, 'packages/app/src.txt'), 0o644);
    await run(workspace);
    chmodSync(join(workspace.root, 'packages/app/src.txt'), 0o755);
    assert.match(await run(workspace), hashFilePermissions ? /^fresh executed/ : /^fresh fresh/);
  }
});

test('left out by --only, a task that has chosen outputs of a dependency has the key it has in a whole run', async () => {
  const workspace = createTyped([DECLARATIONS], 'mkdir -p dist && grep export src.txt > dist/x.d.ts');
  const runOnly = async () =>
    (await workspace.tr(['run', 'after', '--only', '--log-format=json'])).outcomes['app#after'];
  await run(workspace);
  assert.equal(await runOnly(), 'executed');
  assert.equal(await runOnly(), 'fresh');
  workspace.write({ 'packages/lib/src.txt': 'body 2\nexport a\n' });
  assert.equal(await run(workspace), 'executed fresh fresh');
  assert.equal(await runOnly(), 'fresh');
});

test('a dependency that declares no outputs counts by its key all the same', async () => {
  const workspace = createTyped(['src.txt', { mode: 'dependencyOutputs' }]);
  await run(workspace);
  workspace.write({ 'packages/lib/src.txt': 'body 2\nexport a\n' });
  assert.equal(await run(workspace), 'executed executed executed', 'every output of lib is chosen');
  // `gen` has no outputs, and hashes the whole package.
  workspace.write({ 'packages/app/other.txt': 'new\n' });
  assert.equal(await run(workspace), 'fresh executed executed');
});

test('files that another task writes are read when it has ended', async () => {
  const workspace = createTyped(['src.txt', { mode: 'jit', globs: ['gen/**'] }]);
  assert.equal(await run(workspace), 'executed executed executed');
  assert.equal(await run(workspace), 'fresh fresh fresh');
  workspace.write({ 'seed.txt': 'two\n' });
  assert.equal(await run(workspace), 'fresh executed executed');
});

test('the dry run says that the key is not known yet, and tells the inputs that are', async () => {
  const workspace = createTyped(['src.txt', { mode: 'jit', globs: ['gen/**'] }, DECLARATIONS]);
  const { stdout } = await workspace.tr(['run', 'after', '--dry=json']);
  const { tasks } = JSON.parse(stdout) as {
    readonly tasks: readonly { taskId: string; hash: string | null; hashReason?: string; inputs: object }[];
  };
  const of = (id: string) => tasks.find(({ taskId }) => taskId === id);
  assert.equal(of('app#check')?.hash, null);
  assert.match(of('app#check')?.hashReason ?? '', /dependencyOutputs/);
  assert.deepEqual(Object.keys(of('app#check')?.inputs ?? {}), ['package.json', 'src.txt']);
  assert.equal(of('app#after')?.hash, null);
  assert.equal(of('lib#build')?.hash?.length, 16);
});

test('what cannot be meant is refused', async () => {
  for (const [entry, problem] of [
    [{ mode: 'jit', from: ['gen'] }, /config\/conflicting-keys .*`from`/],
    [{ ...DECLARATIONS, withDefaults: true }, /config\/conflicting-keys .*`withDefaults`|no defaults/],
    [{ globs: ['x'] }, /config\/missing-key|`mode`/],
  ] as const) {
    const call = await createTyped([entry]).tr(['run', 'check']);
    assert.equal(call.exitCode, 2);
    assert.match(call.stderr, problem);
  }
});
