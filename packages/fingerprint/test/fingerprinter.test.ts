import assert from 'node:assert/strict';
import { appendFileSync, rmSync } from 'node:fs';
import { describe, it } from 'node:test';
import { sha256 } from '@tr/hash';
import {
  DEFAULT_TASK_DEFINITION,
  ok,
  type ActionKey,
  type BlobId,
  type PackageName,
  type TaskDefinition,
  type TaskFingerprint,
  type TaskId,
  type TaskNode,
} from '@tr/model';
import {
  computeActionKey,
  createFingerprinter,
  type FingerprinterOptions,
  type TaskFingerprinter,
} from '../src/index.js';
import { TestRepository, toSpec } from './rig/repository.js';

const DEFINITION: TaskDefinition = {
  ...DEFAULT_TASK_DEFINITION,
  inputs: toSpec(['src/**']),
  outputs: { include: ['dist/**'], exclude: [] },
  env: ['MODE'],
};

function task(definition: Partial<TaskDefinition> = {}, node: Partial<TaskNode> = {}): TaskNode {
  return {
    id: 'web#build' as TaskId,
    package: 'web' as PackageName,
    task: 'build',
    directory: 'web',
    definition: { ...DEFINITION, ...definition },
    command: 'tsc',
    isScript: true,
    dependencies: [],
    dependents: [],
    with: [],
    isEntryPoint: true,
    ...node,
  };
}

function repository(): TestRepository {
  const made = TestRepository.withGit();
  made.write({
    'web/package.json': '{}',
    'web/src/a.ts': 'a',
    'web/src/b.ts': 'b',
    'root.txt': 'r',
    'web/uv.lock': 'u',
    '.gitignore': 'ignored\n',
  });
  made.commit();
  return made;
}

function fingerprinter(made: TestRepository, options: Partial<FingerprinterOptions> = {}): TaskFingerprinter {
  return createFingerprinter({
    files: options.files ?? made.open({ git: made.location }),
    absoluteDirectory: (directory) => made.path(directory),
    processEnv: { MODE: 'production', PATH: '/bin', OTHER: 'o' },
    platform: 'linux',
    globalEnv: [],
    globalPassThroughEnv: undefined,
    envMode: 'strict',
    globalDependencies: ['root.txt'],
    wholeLockfiles: [],
    engines: { node: '>=20' },
    frameworkInference: true,
    externalDependenciesOf: () => ({}),
    closureOf: () => undefined,
    foreignLockfilesOf: () => ['web/uv.lock'],
    linkedPathsOf: () => [],
    commandsOf: ({ command }) => (command === undefined ? [] : [command]),
    argumentsOf: () => [],
    runTool: () => Promise.reject(new Error('no tool expected')),
    ...options,
  });
}

async function compute(
  from: TaskFingerprinter,
  node = task(),
  keys: ReadonlyMap<TaskId, ActionKey> = new Map(),
): Promise<TaskFingerprint> {
  const computed = await from.compute(node, keys);
  if (!computed.ok) throw new Error(JSON.stringify(computed.failure));
  return computed.value;
}

describe('what the root package depends on', () => {
  const outputs = [{ include: ['dist/**'], exclude: [] }];
  const rootDependencies = [{ directory: 'presets', outputs }];

  it('counts for every task, but not what its own tasks write', async () => {
    const made = repository();
    made.write({ 'presets/base.json': '1', 'presets/dist/tracked.js': '1' });
    made.commit();
    const globalsOf = async (): Promise<readonly string[]> =>
      Object.keys((await compute(fingerprinter(made, { rootDependencies }))).fingerprint.globalFiles);
    const expected = ['root.txt', 'presets/base.json', 'presets/dist/tracked.js'];
    assert.deepEqual(await globalsOf(), expected);
    made.write({ 'presets/dist/made.js': '1', 'presets/ignored': '1' });
    assert.deepEqual(await globalsOf(), expected);
    made.write({ 'presets/new.json': '1' });
    assert.deepEqual(await globalsOf(), [...expected, 'presets/new.json']);
  });

  it('that changes while a task runs makes its result one of no key', async () => {
    const made = repository();
    made.write({ 'presets/base.json': '1' });
    made.commit();
    const from = fingerprinter(made, { rootDependencies });
    const before = await compute(from);
    made.write({ 'presets/base.json': '2' });
    assert.deepEqual(await from.findChangedInputs(task(), before), ['presets/base.json']);
  });
});

describe('compute', () => {
  it('fills in every part', async () => {
    const made = repository();
    const lib = 'lib#build' as TaskId;
    const key = sha256('lib') as string as ActionKey;
    const closure = { digest: sha256('c'), readPackages: () => Promise.resolve({ 'left@1.0.0': 'x' }) };
    made.write({ 'web/.env': 'FROM_FILE=1\n' });
    const from = fingerprinter(made, {
      closureOf: () => closure,
      argumentsOf: () => ['--fast'],
      globalEnv: ['OTHER'],
      globalPassThroughEnv: ['Z', 'A'],
      launchOf: () => ({ shell: 'bash' }),
      describeServices: () => Promise.resolve(ok({ db: 'postgres 16' })),
      runTool: (command) => Promise.resolve({ exitCode: 0, output: ` ${command}: 1\r\n2\n` }),
    });
    const snapshot = { service: 'db', steps: ['migrations/*.sql'], base: 'createdb' };
    const more = { envFiles: ['.env'], services: ['db'], workers: 4, snapshot };
    const node = task({ tools: ['node -v'], passThroughEnv: ['M', 'A'], ...more }, { dependencies: [lib] });
    const computed = await compute(
      from,
      node,
      new Map([
        [lib, key],
        ['other#x' as TaskId, key],
      ]),
    );
    const ids = made.hashObject(
      'web/.env',
      'web/package.json',
      'web/src/a.ts',
      'web/src/b.ts',
      'root.txt',
      'web/uv.lock',
    ) as Record<string, BlobId>;
    assert.deepEqual(computed.fingerprint, {
      formatVersion: 2,
      task: 'web#build',
      directory: 'web',
      commands: ['tsc'],
      arguments: ['--fast'],
      inputs: {
        '.env': ids['web/.env'],
        'package.json': ids['web/package.json'],
        'src/a.ts': ids['web/src/a.ts'],
        'src/b.ts': ids['web/src/b.ts'],
      },
      outputs: { include: ['dist/**'], exclude: [] },
      env: { MODE: sha256('production') },
      envMode: 'strict',
      passThroughEnv: ['A', 'M', 'Z'],
      tools: { 'node -v': 'node -v: 1\n2' },
      globalFiles: { 'root.txt': ids['root.txt'] },
      globalEnv: { OTHER: sha256('o') },
      dependencies: { [lib]: key },
      externalClosure: closure.digest,
      foreignLockfiles: { 'web/uv.lock': ids['web/uv.lock'] },
      engines: { node: '>=20' },
      envFiles: ['.env'],
      launch: { shell: 'bash' },
      services: { db: 'postgres 16' },
      workers: 4,
      snapshot,
    });
    assert.equal(computed.key, computeActionKey(computed.fingerprint));
    assert.equal(computed.externalClosure, closure);
    assert.deepEqual(computed.environment, { FROM_FILE: '1', MODE: 'production', OTHER: 'o', PATH: '/bin' });
    assert.equal(JSON.stringify(computed.fingerprint).includes('"production"'), false);
  });

  it('does not depend on the order in which anything is given', async () => {
    const made = repository();
    const [a, b] = ['a#x', 'b#x'] as [string, string] as unknown as [TaskId, TaskId];
    const keys: [TaskId, ActionKey][] = [
      [a, sha256('a') as string as ActionKey],
      [b, sha256('b') as string as ActionKey],
    ];
    const runTool: FingerprinterOptions['runTool'] = (command) => Promise.resolve({ exitCode: 0, output: command });
    const one = await compute(
      fingerprinter(made, { globalDependencies: ['root.txt', '.gitignore'], runTool, processEnv: { B: '1', A: '2' } }),
      task(
        { env: ['A', 'B'], tools: ['x', 'y'], outputs: { include: ['p', 'q'], exclude: ['r', 's'] } },
        { dependencies: [a, b] },
      ),
      new Map(keys),
    );
    const two = await compute(
      fingerprinter(made, { globalDependencies: ['.gitignore', 'root.txt'], runTool, processEnv: { A: '2', B: '1' } }),
      task(
        { env: ['B', 'A'], tools: ['y', 'x'], outputs: { include: ['q', 'p'], exclude: ['s', 'r'] } },
        { dependencies: [b, a] },
      ),
      new Map(keys.reverse()),
    );
    assert.equal(two.key, one.key);
  });

  it('has root .gitattributes and unreadable lockfiles among the global files', async () => {
    const made = repository();
    made.write({
      '.gitattributes': '* -text\n',
      'package.json': '{}',
      'package-lock.json': 'broken',
      'web/.gitattributes': '',
    });
    const { fingerprint } = await compute(
      fingerprinter(made, { wholeLockfiles: ['package.json', 'package-lock.json', 'gone'] }),
    );
    const expected = ['.gitattributes', 'package-lock.json', 'package.json', 'root.txt'];
    assert.deepEqual(Object.keys(fingerprint.globalFiles), expected);
  });

  it('counts the variables of the inferred framework', async () => {
    const made = repository();
    const options = { externalDependenciesOf: () => ({ vite: '5' }), processEnv: { VITE_A: '1' } };
    assert.deepEqual(Object.keys((await compute(fingerprinter(made, options))).fingerprint.env), ['VITE_A']);
    const off = await compute(fingerprinter(made, { ...options, frameworkInference: false }));
    assert.deepEqual(Object.keys(off.fingerprint.env), []);
    assert.equal(fingerprinter(made, options).frameworkOf('web' as PackageName)?.slug, 'vite');
  });

  it('needs the key of every dependency', async () => {
    const node = task({}, { dependencies: ['lib#build' as TaskId] });
    await assert.rejects(compute(fingerprinter(repository()), node), { name: 'InvariantError' });
  });

  it('hashes an input that another task wrote as it is after that task', async () => {
    const made = repository();
    const from = fingerprinter(made);
    const node = task({ inputs: toSpec(['src/**', '../lib/dist/**']) });
    made.write({ 'lib/dist/out.js': 'old' });
    const before = await compute(from, node);
    made.write({ 'lib/dist/out.js': 'new', 'lib/dist/more.js': 'm' });
    from.forgetListings(node);
    const after = await compute(from, node);
    assert.notEqual(after.key, before.key);
    assert.ok('../lib/dist/more.js' in after.fingerprint.inputs);
  });
});

describe('tools', () => {
  const node = task({ tools: ['tool'] });

  it('run once per command and directory, in the package and its environment', async () => {
    const calls: unknown[] = [];
    const made = repository();
    const from = fingerprinter(made, {
      runTool: (command, cwd, env) => {
        calls.push([command, cwd, env]);
        return Promise.resolve({ exitCode: 0, output: '1' });
      },
    });
    await Promise.all([compute(from, node), compute(from, node), compute(from, task({ tools: ['tool', 'tool'] }))]);
    assert.deepEqual(calls, [['tool', made.path('web'), { MODE: 'production', PATH: '/bin' }]]);
    await compute(from, task({ tools: ['tool'] }, { directory: '' }));
    assert.equal(calls.length, 2);
  });

  for (const [exitCode, output] of [
    [1, 'not found'],
    [undefined, 'spawn sh ENOENT'],
  ] as const) {
    it(`that end with ${exitCode} are a failure`, async () => {
      const from = fingerprinter(repository(), { runTool: () => Promise.resolve({ exitCode, output: `${output}\n` }) });
      assert.deepEqual(await from.compute(node, new Map()), {
        ok: false,
        failure: { code: 'fingerprint/tool-failed', task: node.id, tool: 'tool', exitCode, output },
      });
    });
  }
});

describe('findChangedInputs', () => {
  const cases: readonly (readonly [string, (made: TestRepository) => void, readonly string[]])[] = [
    ['nothing', () => undefined, []],
    ['only a time', (made) => made.git('update-index', '--refresh'), []],
    ['a modified file', (made) => appendFileSync(made.path('web/src/a.ts'), 'x'), ['src/a.ts']],
    ['an added file', (made) => made.write({ 'web/src/c.ts': 'c' }), ['src/c.ts']],
    ['a removed file', (made) => rmSync(made.path('web/src/b.ts')), ['src/b.ts']],
    ['a global file', (made) => made.write({ 'root.txt': 'R' }), ['root.txt']],
    ['a lockfile that counts whole', (made) => made.write({ 'web/uv.lock': 'U' }), ['web/uv.lock']],
    ['a file that is no input', (made) => made.write({ 'web/other': 'x' }), []],
    ['its own new outputs', (made) => made.write({ 'web/dist/a.js': 'x' }), []],
  ];
  for (const [what, change, expected] of cases) {
    it(what, async () => {
      const made = repository();
      const from = fingerprinter(made);
      const node = task();
      const before = await compute(from, node);
      change(made);
      assert.deepEqual(await from.findChangedInputs(node, before), expected);
    });
  }

  it('neither it nor the key counts own outputs, unless git tracks them', async () => {
    const made = repository();
    made.write({ 'web/dist/old.js': 'o', 'web/dist/tracked.js': 't' });
    made.git('add', 'web/dist/tracked.js');
    const from = fingerprinter(made);
    const node = task({ inputs: toSpec([]) });
    const before = await compute(from, node);
    const listed = Object.keys(before.fingerprint.inputs).filter((name) => name.startsWith('dist/'));
    assert.deepEqual(listed, ['dist/tracked.js']);
    made.write({ 'web/dist/old.js': 'changed', 'web/dist/new.js': 'n' });
    assert.deepEqual(await from.findChangedInputs(node, before), []);
    made.write({ 'web/dist/tracked.js': 'changed' });
    assert.deepEqual(await from.findChangedInputs(node, before), ['dist/tracked.js']);
  });

  it('takes a bare directory among the outputs for everything in it', async () => {
    const made = repository();
    const from = fingerprinter(made);
    const node = task({ inputs: toSpec([]), outputs: { include: ['dist'], exclude: ['dist/not.js'] } });
    const before = await compute(from, node);
    made.write({ 'web/dist/a/b.js': 'x', 'web/dist/not.js': 'x', 'web/dist2/c.js': 'x' });
    assert.deepEqual(await from.findChangedInputs(node, before), ['dist/not.js', 'dist2/c.js']);
  });

  it('takes no file outside of the package for its own output, unless the outputs lead there', async () => {
    const made = repository();
    made.write({ 'root.txt': 'edited', 'new.txt': 'n', 'gen/new.txt': 'n', 'web/new.txt': 'n' });
    const node = task({
      inputs: toSpec(['**/*.txt', '../**/*.txt']),
      outputs: { include: ['**', '../gen/**'], exclude: [] },
    });
    const { fingerprint } = await compute(fingerprinter(made), node);
    const listed = Object.keys(fingerprint.inputs).filter((name) => name.endsWith('.txt'));
    assert.deepEqual(listed, ['../new.txt', '../root.txt']);
  });

  it('without git lets only new own outputs pass', async () => {
    const made = new TestRepository();
    made.write({ 'web/src/a.ts': 'a', 'web/dist/old.js': 'o' });
    const from = fingerprinter(made, { files: made.open({ git: undefined }), foreignLockfilesOf: () => [] });
    const node = task({ inputs: toSpec([]) });
    const before = await compute(from, node);
    made.write({ 'web/dist/new.js': 'n' });
    assert.deepEqual(await from.findChangedInputs(node, before), []);
    made.write({ 'web/dist/old.js': 'changed' });
    assert.deepEqual(await from.findChangedInputs(node, before), ['dist/old.js']);
  });
});

describe('for the dry run', () => {
  it('global files and variables, and the environment of a task by origin', async () => {
    const made = repository();
    const from = fingerprinter(made, { globalEnv: ['OTHER'], globalPassThroughEnv: [] });
    const global = await from.global();
    assert.ok(global.ok);
    assert.deepEqual(Object.keys(global.value.files), ['root.txt']);
    assert.deepEqual(global.value.environment, {
      hashed: { OTHER: sha256('o') },
      configured: { OTHER: sha256('o') },
      inferred: {},
      passThrough: {},
    });
    assert.deepEqual(from.environmentOf(task()).configured, { MODE: sha256('production') });
  });
});
