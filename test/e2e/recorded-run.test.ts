import assert from 'node:assert/strict';
import { cpSync, readFileSync, renameSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import {
  BUILD,
  createTwoPackages,
  isRepeated,
  listRuns,
  mark,
  outcome,
  record,
  run,
  RUNS,
  type Call,
} from '../rig/recorded-runs.js';
import type { TestWorkspace } from '../rig/workspace.js';

const replaceIn = (bytes: Buffer, from: string, to: string): Buffer =>
  Buffer.from(bytes.toString('latin1').replace(from, to), 'latin1');

describe('a run that finds everything in place is recorded, and the same call repeated', () => {
  const workspace = createTwoPackages();
  after(() => workspace.dispose());

  test('it says what the run said, with its own time', async () => {
    await run(workspace);
    await record(workspace);
    const [name = ''] = listRuns(workspace);
    assert.equal(statSync(join(workspace.root, RUNS, name)).mode & 0o777, 0o600);
    const repeated = await run(workspace);
    mark(workspace);
    const marked = await run(workspace);
    assert.ok(isRepeated(marked));
    const withoutTime = (text: string): string => text.replace(/Time: .*/, '');
    assert.equal(withoutTime(marked.stdout), withoutTime(repeated.stdout.replace('in scope', 'repeated')));
    assert.match(marked.stdout, /Time: {4}\d+ms >>> FULL TURBO\n/);
    assert.match(marked.stdout, /Detail: {4}2 fresh\n/);
    assert.equal(marked.exitCode, 0);
    assert.equal(marked.stderr, '');
  });

  test('variables that nobody reads may differ', async () => {
    await record(workspace, { env: { NOBODY: '1' } });
    mark(workspace);
    assert.ok(isRepeated(await run(workspace, { env: { NOBODY: '22' } })));
  });

  test('the token of a remote that was not asked may be another one', async () => {
    const TR_REMOTE_URL = 'http://127.0.0.1:9';
    await record(workspace, { env: { TR_REMOTE_URL, TR_TOKEN: 'trc_first' } });
    mark(workspace);
    assert.ok(isRepeated(await run(workspace, { env: { TR_REMOTE_URL, TR_TOKEN: 'trc_second' } })));
  });

  for (const [title, bytes] of [
    ['a torn record', (whole: Buffer) => whole.subarray(0, whole.length - 9)],
    ['an empty record', () => Buffer.alloc(0)],
    [
      'a record of another format',
      (whole: Buffer) => Buffer.from(whole.toString('latin1').replaceAll('"format":3', '"format":4'), 'latin1'),
    ],
    ['no record at all', () => Buffer.from('nonsense\n')],
    ['a record without variables', (whole: Buffer) => replaceIn(whole, '"variables"', '"variablez"')],
    ['a record without output', (whole: Buffer) => replaceIn(whole, '"output"', '"outputz"')],
    ['a record of another shape', (whole: Buffer) => replaceIn(whole, '"resolved":[[', '"resolved":[7,[')],
    [
      'a record of another hour',
      (whole: Buffer) => Buffer.from(whole.toString('latin1').replace(/"madeAt":\d/, '"madeAt":0'), 'latin1'),
    ],
  ] as const) {
    test(`${title} is passed over`, async () => {
      await record(workspace);
      mark(workspace);
      for (const name of listRuns(workspace)) {
        const path = join(workspace.root, RUNS, name);
        writeFileSync(path, bytes(readFileSync(path)));
      }
      const result = await run(workspace);
      assert.equal(isRepeated(result), false);
      assert.equal(outcome(result), '2 fresh');
    });
  }
});

interface Change {
  readonly title: string;
  /** Before the run that is recorded. */
  readonly prepare?: (workspace: TestWorkspace) => void;
  readonly make?: (workspace: TestWorkspace) => void;
  readonly call?: Call;
  readonly recorded?: Call;
  readonly expected: string | RegExp;
}

const at = (workspace: TestWorkspace, path: string): string => join(workspace.root, path);

const CHANGES: readonly Change[] = [
  {
    title: 'an input edited',
    make: (w) => w.write({ 'packages/app/src/one.js': '22;\n' }),
    expected: '1 fresh, 1 executed',
  },
  {
    title: 'an input edited, its size and modification time as before',
    make: (w) => {
      const path = at(w, 'packages/app/src/one.js');
      const { atime, mtime } = statSync(path);
      writeFileSync(path, '2;\n');
      utimesSync(path, atime, mtime);
    },
    expected: '1 fresh, 1 executed',
  },
  {
    title: 'an input replaced by renaming',
    make: (w) => {
      w.write({ 'packages/app/new': '3;\n' });
      renameSync(at(w, 'packages/app/new'), at(w, 'packages/app/src/one.js'));
    },
    expected: '1 fresh, 1 executed',
  },
  {
    title: 'an input of a dependency edited',
    make: (w) => w.write({ 'packages/lib/src/one.js': '22;\n' }),
    expected: '2 executed',
  },
  {
    title: 'an input added',
    make: (w) => w.write({ 'packages/app/src/two.js': '2;\n' }),
    expected: '1 fresh, 1 executed',
  },
  {
    title: 'an input added in a new directory',
    make: (w) => w.write({ 'packages/app/src/deep/er/two.js': '2;\n' }),
    expected: '1 fresh, 1 executed',
  },
  {
    title: 'an input removed',
    prepare: (w) => w.write({ 'packages/app/src/two.js': '2;\n' }),
    make: (w) => w.remove('packages/app/src/two.js'),
    expected: '1 fresh, 1 executed',
  },
  {
    title: 'an input that became a link',
    make: (w) => {
      renameSync(at(w, 'packages/app/src/one.js'), at(w, 'moved.js'));
      symlinkSync('../../../moved.js', at(w, 'packages/app/src/one.js'));
    },
    // The content is the same.
    expected: '2 fresh',
  },
  {
    title: 'what a link among the inputs leads to edited',
    prepare: (w) => w.write({ 'outside.js': '1;\n', 'packages/app/src/two.js': { link: '../../../outside.js' } }),
    make: (w) => w.write({ 'outside.js': '22;\n' }),
    expected: '1 fresh, 1 executed',
  },
  {
    title: 'a link on the way leads elsewhere',
    prepare: (w) => {
      renameSync(at(w, 'packages/app'), at(w, 'app-one'));
      cpSync(at(w, 'app-one'), at(w, 'app-two'), { recursive: true });
      w.write({ 'app-two/src/one.js': '22;\n', 'packages/app': { link: '../app-one' } });
    },
    make: (w) => {
      w.remove('packages/app');
      w.write({ 'packages/app': { link: '../app-two' } });
    },
    expected: /executed|restored/,
  },
  {
    title: 'an input that git no longer ignores',
    make: (w) => w.write({ 'packages/app/.gitignore': '*.ignored\n' }),
    expected: '1 fresh, 1 executed',
  },
  {
    title: 'the command changed',
    make: (w) =>
      w.write({
        'packages/app/package.json': {
          json: { name: 'app', version: '1.0.0', scripts: { build: `${BUILD} && true` }, dependencies: { lib: '*' } },
        },
      }),
    expected: '1 fresh, 1 executed',
  },
  {
    title: 'the configuration changed',
    make: (w) =>
      w.write({
        'turbo.json': { json: { tasks: { build: { dependsOn: ['^build'], outputs: ['dist/**', 'more/**'] } } } },
      }),
    expected: '2 executed',
  },
  {
    title: 'a configuration of a package appeared',
    make: (w) =>
      w.write({ 'packages/app/turbo.json': { json: { extends: ['//'], tasks: { build: { env: ['OTHER'] } } } } }),
    expected: '1 fresh, 1 executed',
  },
  {
    title: 'the better configuration file appeared',
    make: (w) => w.write({ 'turbo-like.config.json': { json: { tasks: {} } } }),
    expected: /unknown-task/,
  },
  {
    title: 'a package appeared',
    make: (w) =>
      w.write({ 'packages/new/package.json': { json: { name: 'new', version: '1.0.0', scripts: { build: 'true' } } } }),
    expected: /1 executed/,
  },
  { title: 'a declared variable appeared', call: { env: { VALUE: '1' } }, expected: '2 executed' },
  {
    title: 'a declared variable changed',
    recorded: { env: { VALUE: '1' } },
    call: { env: { VALUE: '2' } },
    expected: '2 executed',
  },
  {
    title: 'a variable of a wildcard appeared',
    recorded: { env: { WILD_A: '1' } },
    call: { env: { WILD_A: '1', WILD_B: '' } },
    expected: '2 executed',
  },
  { title: 'an output deleted', make: (w) => w.remove('packages/app/dist/out.js'), expected: '1 fresh, 1 restored' },
  {
    title: 'an output edited',
    make: (w) => w.write({ 'packages/app/dist/out.js': 'mine' }),
    expected: '1 fresh, 1 restored',
  },
  { title: 'all outputs deleted', make: (w) => w.remove('packages/lib/dist'), expected: '1 fresh, 1 restored' },
  { title: 'the cache deleted', make: (w) => w.remove('.tr/cache'), expected: '2 executed' },
  {
    title: 'what is known of outputs deleted',
    make: (w) => w.remove('.tr/state/v1/outputs'),
    expected: /^2 (fresh|restored)$/,
  },
  {
    title: 'a file where a directory was',
    make: (w) => {
      w.remove('.tr/state/v1/outputs');
      w.write({ '.tr/state/v1/outputs': '' });
    },
    expected: '2 fresh',
  },
  {
    title: 'a circle of links where a directory was',
    make: (w) => {
      w.remove('.tr/cache');
      w.write({ '.tr/cache': { link: 'cache' } });
    },
    expected: '2 executed',
  },
  { title: 'other arguments', call: { args: ['--', '--flag'] }, expected: '2 executed' },
  { title: 'told to execute', call: { args: ['--force'] }, expected: '2 executed' },
  { title: 'one package of two', call: { args: ['--filter=lib'] }, expected: '1 fresh' },
];

describe('after a change the run is made, and is right', () => {
  for (const { title, prepare, make, call, recorded, expected } of CHANGES) {
    test(title, async () => {
      const workspace = createTwoPackages();
      try {
        prepare?.(workspace);
        await run(workspace, recorded);
        await record(workspace, recorded);
        mark(workspace);
        assert.ok(isRepeated(await run(workspace, recorded)), 'the record is of use before the change');
        make?.(workspace);
        const result = await run(workspace, call ?? recorded);
        assert.equal(isRepeated(result), false);
        if (typeof expected === 'string') assert.equal(outcome(result), expected);
        else assert.match(outcome(result) + result.stderr, expected);
      } finally {
        workspace.dispose();
      }
    });
  }
});

test('an edit that is as young as a run is never missed', async () => {
  const workspace = createTwoPackages();
  try {
    for (let edit = 0; edit < 40; edit++) {
      const text = `${edit % 10};\n`;
      workspace.write({ 'packages/app/src/one.js': text });
      await run(workspace);
      assert.equal(workspace.read('packages/app/dist/out.js'), text, `edit ${edit}`);
      if (edit % 3 === 0) await run(workspace);
      if (edit % 5 === 0) await record(workspace);
    }
  } finally {
    workspace.dispose();
  }
});

test('the lines of --log-format=json are never repeated: each has its time', async () => {
  const workspace = createTwoPackages();
  try {
    // Whatever the run takes, its time stands here as in the line of totals.
    const build = `echo "Time:$(seq -s '' -f '    %gms' 1 999)"`;
    workspace.write({ 'packages/lib/package.json': { json: { name: 'lib', version: '1.0.0', scripts: { build } } } });
    await run(workspace);
    await record(workspace);
    workspace.remove(RUNS);
    for (let times = 0; times < 3; times++) await run(workspace, { args: ['--log-format=json'] });
    assert.deepEqual(listRuns(workspace), []);
  } finally {
    workspace.dispose();
  }
});

test('a task that is not cached is never repeated, and no value of a variable is recorded', async () => {
  const workspace = createTwoPackages();
  try {
    const env = { VALUE: 'hunter2-secret' };
    await run(workspace, { env });
    await record(workspace, { env });
    for (const name of listRuns(workspace)) {
      const text = readFileSync(at(workspace, `${RUNS}/${name}`), 'latin1');
      assert.match(text, /VALUE/);
      const { output: _, ...others } = JSON.parse(text.split('\n')[0] ?? '') as Readonly<Record<string, unknown>>;
      assert.ok(!JSON.stringify(others).includes('hunter2'));
    }
    workspace.remove(RUNS);
    workspace.write({
      'turbo.json': { json: { tasks: { build: { dependsOn: ['^build'], outputs: ['dist/**'], cache: false } } } },
    });
    for (let times = 0; times < 4; times++) assert.equal(outcome(await run(workspace)), '2 executed');
    assert.deepEqual(listRuns(workspace), []);
  } finally {
    workspace.dispose();
  }
});
