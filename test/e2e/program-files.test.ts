/** The files of the program: the compiled code beside them, and what becomes of a run whose program is replaced. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { copyProgram } from '../rig/program-copy.js';
import { isRepeated, listRuns, mark, RUNS } from '../rig/recorded-runs.js';
import { createWorkspace, type TestWorkspace, type Tree } from '../rig/workspace.js';

const lockfileWith = (version: string): string =>
  `lockfileVersion: '9.0'
importers:
  .: {}
  packages/a:
    dependencies:
      left-pad:
        specifier: ^1.0.0
        version: ${version}
packages:
  left-pad@${version}:
    resolution: { integrity: sha512-${version} }
snapshots:
  left-pad@${version}: {}
`;

/** Its packages are named in YAML, which a part of the program reads that loads later. */
function createPnpmWorkspace(t: TestContext, files: Tree = {}): TestWorkspace {
  const workspace = createWorkspace({
    'package.json': { json: { name: 'root', private: true, packageManager: 'pnpm@9.0.0' } },
    'pnpm-workspace.yaml': 'packages: ["packages/*"]\n',
    'pnpm-lock.yaml': lockfileWith('1.0.0'),
    'turbo.json': { json: { tasks: { build: { outputs: ['out'] } } } },
    'packages/a/package.json': { json: { name: 'a', scripts: { build: 'echo done > out' } } },
    ...files,
  });
  t.after(() => workspace.dispose());
  return workspace;
}

test('compiled code that is damaged is passed over, and made anew', (t) => {
  const program = copyProgram(t);
  const { root } = createPnpmWorkspace(t);
  const restore = () => {
    rmSync(join(root, 'packages/a/out'), { force: true });
    return program.run(root, ['build']);
  };
  const isMain = (path: string): boolean => path.includes('main.cjs');
  assert.equal(program.run(root, ['build']).status, 0);
  assert.equal(program.listCode().some(isMain), false, 'all would load what only executing calls');
  assert.equal(restore().status, 0);
  const damages = [
    (whole: Buffer) => Buffer.concat([whole.subarray(0, whole.length / 2), Buffer.alloc(whole.length / 2)]),
    (whole: Buffer) => whole.subarray(0, whole.length / 2),
    () => Buffer.alloc(0),
  ];
  for (const damage of damages) {
    const paths = program.listCode().map((name) => join(program.place, 'bundle', name));
    const damaged = paths.map((path) => damage(readFileSync(path)));
    paths.forEach((path, at) => writeFileSync(path, damaged[at] ?? ''));
    const { status, text } = restore();
    assert.equal(status, 0, text);
    const at = paths.findIndex(isMain);
    assert.notDeepEqual(readFileSync(paths[at] ?? ''), damaged[at]);
  }
});

test('calls with other flags of V8 leave each other their compiled code', (t) => {
  const program = copyProgram(t);
  const { root } = createPnpmWorkspace(t);
  const call = (env?: Readonly<Record<string, string>>): readonly string[] => {
    assert.equal(program.run(root, ['build', '--force'], env).status, 0);
    return program.listCode();
  };
  const first = call();
  const both = call({ NODE_OPTIONS: '--max-old-space-size=500' });
  // To some versions of V8 these are flags that make a difference, to others not.
  assert.deepEqual(
    first.filter((name) => !both.includes(name)),
    [],
  );
  assert.deepEqual(call(), both);
});

test('what the program compiles for other work does not end the record of a run', async (t) => {
  const program = copyProgram(t);
  const workspace = createPnpmWorkspace(t);
  const { root } = workspace;
  for (let tries = 0; tries < 50 && listRuns(workspace).length === 0; tries++) {
    assert.equal(program.run(root, ['build']).status, 0);
    await sleep(20);
  }
  const before = program.listCode();
  mark(workspace);
  const other = createPnpmWorkspace(t);
  for (const args of [['build'], ['build'], ['build', '--dry']]) {
    assert.equal(program.run(other.root, args).status, 0);
    other.remove('packages/a/out');
    other.remove(RUNS);
  }
  assert.notDeepEqual(program.listCode(), before);
  assert.ok(isRepeated(program.run(root, ['build'])));
});

test('a task that replaces the program ends well, and so do the tasks after it', async (t) => {
  const program = copyProgram(t);
  const { place } = program;
  const workspace = createPnpmWorkspace(t, {
    'turbo.json': {
      json: { tasks: { lint: {}, build: { outputs: ['out'] }, test: { dependsOn: ['build'] } } },
    },
    'packages/a/package.json': {
      json: {
        name: 'a',
        dependencies: { 'left-pad': '^1.0.0' },
        scripts: {
          lint: 'true',
          build: `rm -rf '${place}' && mkdir '${place}' && echo done > out`,
          test: 'echo tested && exit 3',
        },
      },
    },
  });
  // What is in the lockfile is remembered now, and looked at again when the first result is stored.
  assert.equal(program.run(workspace.root, ['lint']).status, 0);
  workspace.remove('.tr/cache/v1');
  const first = program.run(workspace.root, ['test']);
  assert.equal(first.status, 3, first.text);
  assert.match(first.text, /a:test: tested/);
  assert.deepEqual(readdirSync(place), []);
  rmSync(join(workspace.root, 'packages/a/out'));
  const second = await workspace.tr(['run', 'test']);
  assert.equal(second.exitCode, 3, second.stdout + second.stderr);
  assert.match(second.stdout, /a:build: cache hit/);
  workspace.write({ 'pnpm-lock.yaml': lockfileWith('1.3.0') });
  const third = await workspace.tr(['run', 'build']);
  assert.match(third.stdout, /a:build: cache miss.*left-pad 1\.0\.0 -> 1\.3\.0/);
});

test('compiled code of other builds, and what killed processes left of it, goes when new code is kept', (t) => {
  const program = copyProgram(t);
  const { root } = createPnpmWorkspace(t);
  const bundle = join(program.place, 'bundle');
  const [other, old, foreign] = [
    `.code-${'0'.repeat(16)}-v20.0.0-x64-0-main.cjs-e`,
    `.code-${'f'.repeat(16)}-v20.0.0-x64-0-main.cjs.1`,
    '.code-of-somebody-else',
  ];
  for (const name of [other, old, foreign]) writeFileSync(join(bundle, name), 'x');
  assert.equal(program.run(root, ['build']).status, 0);
  const names = program.listCode();
  assert.ok(names.length > 1);
  assert.deepEqual(
    [other, old, foreign].filter((name) => names.includes(name)),
    [foreign],
  );
  // What is being written by a process that runs.
  const [kept = ''] = names.filter((name) => name.includes('js-yaml.cjs'));
  const [unfinished, left] = [1, 2].map((pid) => join(bundle, `${kept.replace(/\.cjs-.*/, '.cjs')}.${pid}`));
  for (const path of [unfinished, left]) writeFileSync(path ?? '', 'x');
  utimesSync(left ?? '', 1, 1);
  rmSync(join(bundle, kept));
  assert.equal(program.run(root, ['build', '--force']).status, 0);
  assert.deepEqual(
    [unfinished, left].map((path) => existsSync(path ?? '')),
    [true, false],
  );
});

test('a program that lacks a part says so', (t) => {
  const program = copyProgram(t);
  const { root } = createPnpmWorkspace(t);
  rmSync(join(program.place, 'bundle/js-yaml.cjs'));
  const { status, text } = program.run(root, ['build']);
  assert.equal(status, 1, text);
  assert.match(
    text,
    /the program was replaced while it ran, or was not installed whole: .*js-yaml\.cjs is gone\.\n {2}next: Call again/,
  );
});
