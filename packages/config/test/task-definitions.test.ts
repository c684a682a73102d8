import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PackageName } from '@tr/model';
import { CASES, FULL, extend, outputs } from './rig/definition-cases.js';
import { definitionsOf, differences, type PackageLiteral } from './rig/definitions.js';
import { summarize } from './rig/summarize.js';

for (const { name, root, packages, expected } of CASES) {
  test(name, () => {
    const definitions = definitionsOf(root, packages);
    for (const [key, value] of Object.entries(expected)) {
      const [, reached, packageName = '', task = ''] = /^(reached )?(.*)#(.*)$/.exec(key) ?? [];
      const find = reached === undefined ? definitions.find : definitions.findReached;
      const found = differences(find(packageName as PackageName, task));
      assert.deepEqual(
        found === undefined ? undefined : plain(found),
        value === undefined ? undefined : plain(value),
        key,
      );
    }
  });
}

/** Without the keys that are undefined. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

test('a repository of one package has its tasks at the root, and no pkg#task', () => {
  const definitions = definitionsOf({ tasks: { build: { outputs: ['$TURBO_ROOT$/x'] } } }, {}, true);
  assert.deepEqual(definitions.find('//' as PackageName, 'build')?.outputs, outputs('./x'));
  const wrong = definitionsOf({ tasks: { 'web#build': {}, '//#lint': {}, test: {} } }, {}, true);
  assert.deepEqual(wrong.diagnostics.map(summarize), [
    '1:11 error config/package-task-in-single',
    '1:26 error config/package-task-in-single',
  ]);
});

test('an old `$NAME` in dependsOn is a variable of the task, on top of what it inherits', () => {
  const root = {
    tasks: { build: { dependsOn: ['^build', '$A'], env: ['B'] }, test: { env: ['B'] }, lint: { dependsOn: ['$A'] } },
  };
  const config = { extends: ['//'], tasks: { test: { dependsOn: ['build', '$C'] } } };
  const definitions = definitionsOf(root, { a: { config }, b: {} });
  const lists = (name: string, task: string) => {
    const found = definitions.find(name as PackageName, task);
    return [found?.dependsOn, found?.env];
  };
  assert.deepEqual(lists('b', 'build'), [['^build'], ['A', 'B']]);
  assert.deepEqual(lists('b', 'lint'), [[], ['A']]);
  assert.deepEqual(lists('a', 'test'), [['build'], ['B', 'C']]);
});

test('a snapshot adds its service and its steps', () => {
  const services = { db: { type: 'postgres' } };
  const snapshot = { service: 'db', steps: ['migrations/*.sql', '$TURBO_ROOT$/shared/*.sql', '!migrations/x.sql'] };
  const definitions = definitionsOf({ services, tasks: { migrate: { inputs: ['run.sh'], snapshot } } }, { web: {} });
  assert.deepEqual(definitions.diagnostics, []);
  const found = definitions.find('web' as PackageName, 'migrate');
  assert.deepEqual(found?.services, ['db']);
  assert.deepEqual(found.inputs.include, ['../../shared/*.sql', 'migrations/*.sql', 'run.sh']);
  assert.deepEqual(found.snapshot?.steps, ['!migrations/x.sql', '../../shared/*.sql', 'migrations/*.sql']);
});

test('a task names services that are there, whose variables do not meet', () => {
  const services = {
    db: { type: 'postgres' },
    old: { type: 'mariadb' },
    far: { type: 'mysql', env: { FAR_URL: 'url' } },
    mail: { command: 'mail' },
  };
  const root = {
    services,
    tasks: {
      a: { services: ['db', 'far', 'mail'] },
      b: { services: ['db', 'old'] },
      c: { services: ['bd'], snapshot: { service: 'dbb', steps: [] } },
    },
  };
  const config = { extends: ['//'], tasks: { a: { services: ['$TURBO_EXTENDS$', 'old'] } } };
  const { diagnostics } = definitionsOf(root, { web: { config }, api: {} });
  assert.deepEqual(diagnostics.map(summarize), [
    '1:206 error config/same-variables',
    '1:231 error config/unknown-service db',
    '1:249 error config/unknown-service db',
    '1:63 error config/same-variables',
  ]);
});

test('a position is that of the entry which names the task, in the file where it is written', () => {
  const root = {
    tasks: { build: { dependsOn: ['^gen', 'prepare'], with: ['watch'] }, test: { dependsOn: ['build'] } },
  };
  const inherits = { extends: ['//'], tasks: { build: { outputs: ['dist/**'] } } };
  const adds = { extends: ['//'], tasks: { build: { dependsOn: ['$TURBO_EXTENDS$', 'own'] } } };
  const definitions = definitionsOf(root, { a: { config: inherits }, b: { config: adds } });
  const place = (name: string, task: string, reference?: string) => {
    const at = definitions.position(name as PackageName, task, reference);
    return at === undefined ? undefined : `${at.file}:${at.column}`;
  };
  const rootText = JSON.stringify(root);
  const atRoot = (part: string) => `turbo-like.config.json:${rootText.indexOf(part) + 1}`;
  const inPackage = (name: string, config: unknown, part: string) =>
    `packages/${name}/turbo-like.config.json:${JSON.stringify(config).indexOf(part) + 1}`;
  assert.equal(place('a', 'build', 'prepare'), atRoot('"prepare"'));
  assert.equal(place('a', 'build', 'watch'), atRoot('"watch"'));
  assert.equal(place('a', 'build'), inPackage('a', inherits, '"build"'));
  assert.equal(place('a', 'build', 'nowhere'), inPackage('a', inherits, '"build"'));
  assert.equal(place('b', 'build', 'own'), inPackage('b', adds, '"own"'));
  assert.equal(place('b', 'build', '^gen'), atRoot('"^gen"'));
  assert.equal(place('b', 'test', 'build'), atRoot('"build"]'));
  assert.equal(place('b', 'nothing', 'x'), undefined);
});

test('definitions are shared where directories are equally deep', () => {
  const definitions = definitionsOf(FULL, { a: {}, b: {}, c: { directory: 'deep/er/c' } });
  const [a, b, c] = ['a', 'b', 'c'].map((name) => definitions.find(name as PackageName, 'build'));
  assert.equal(a, b);
  assert.notEqual(a, c);
});

test('global.inputs are not added where a package has nothing to run', () => {
  const root = {
    futureFlags: { globalConfiguration: true },
    global: { inputs: ['a'] },
    tasks: { t: {}, c: { command: 'x' } },
  };
  const definitions = definitionsOf(root, {
    with: { scripts: { t: 'echo' } },
    empty: { scripts: { t: '' } },
    without: { scripts: {} },
    unknown: {},
  });
  const include = (name: string, task: string) => definitions.find(name as PackageName, task)?.inputs.include;
  assert.deepEqual(
    ['with', 'empty', 'without', 'unknown'].map((name) => include(name, 't')?.length),
    [1, 0, 0, 1],
  );
  assert.deepEqual(include('without', 'c'), ['../../a']);
});

test('task names: known ones, their list, and positions', () => {
  const definitions = definitionsOf(
    { tasks: { build: {}, 'web#deploy': {}, '//#format': {} } },
    { web: extend({ only: {}, gone: { extends: false } }), api: {} },
  );
  assert.deepEqual(definitions.taskNames(), ['build', 'deploy', 'format', 'only']);
  const known = [
    'build',
    'deploy',
    'format',
    'only',
    'gone',
    'nope',
    'web#deploy',
    'api#deploy',
    'web#only',
    '//#format',
    '//#build',
  ];
  assert.deepEqual(known.filter(definitions.isKnown), [
    'build',
    'deploy',
    'format',
    'only',
    'web#deploy',
    'web#only',
    '//#format',
  ]);
  const at = (name: string, task: string) => definitions.position(name as PackageName, task);
  assert.equal(at('web', 'build')?.file, 'turbo-like.config.json');
  assert.equal(at('web', 'only')?.file, 'packages/web/turbo-like.config.json');
  assert.deepEqual(at('web', 'deploy'), { file: 'turbo-like.config.json', line: 1, column: 22 });
  assert.equal(at('api', 'only'), undefined);
});

const TROUBLE: readonly { name: string; root: unknown; packages: PackageLiteral; expected: readonly string[] }[] = [
  {
    name: 'pkg#task of no package',
    root: { tasks: { 'wbe#build': {} } },
    packages: { web: {} },
    expected: ['1:11 warning config/unknown-package web'],
  },
  {
    name: 'extends of no package',
    root: {},
    packages: { web: extend({}, 'shred'), shared: {} },
    expected: ['1:18 error config/invalid-extends shared'],
  },
  {
    name: 'extends of a package without configuration',
    root: {},
    packages: { web: extend({}, 'api'), api: {} },
    expected: ['1:18 error config/invalid-extends'],
  },
  {
    name: 'extends in a circle, reported once',
    root: {},
    packages: { a: extend({}, 'b'), b: extend({}, 'c'), c: extend({}, 'a') },
    expected: ['1:18 error config/extends-cycle'],
  },
  {
    name: 'extends of oneself',
    root: {},
    packages: { a: extend({}, 'a') },
    expected: ['1:18 error config/extends-cycle'],
  },
  {
    name: 'interactive and cached at the root',
    root: { tasks: { a: { interactive: true } } },
    packages: { web: {} },
    expected: ['1:16 error config/conflicting-keys'],
  },
  {
    name: 'interactive and cached after merging',
    root: { tasks: { a: { interactive: true, cache: false }, b: { cache: false } } },
    packages: { web: extend({ a: { cache: true }, b: { interactive: true } }) },
    expected: ['1:28 error config/conflicting-keys'],
  },
  {
    name: 'none where every package replaces what the root says',
    root: { tasks: { 'web#a': { interactive: true }, b: { interactive: true }, 'web#b': { cache: false } } },
    packages: { web: extend({ a: { extends: false, cache: false } }) },
    expected: [],
  },
  {
    name: 'interruptible and not persistent after merging',
    root: { tasks: { a: { persistent: true } } },
    packages: { web: extend({ a: { interruptible: true }, b: { interruptible: true } }) },
    expected: ['1:60 error config/conflicting-keys'],
  },
  {
    name: 'outputs outside the workspace',
    root: { tasks: { a: { outputs: ['../../../x', '../../y'] }, 'web#b': { outputs: ['!a/../../../../z'] } } },
    packages: { web: extend({ c: { outputs: ['$TURBO_ROOT$/../x', '$TURBO_ROOT$/x'] } }) },
    expected: ['1:16 error config/invalid-glob', '1:61 error config/invalid-glob', '1:33 error config/invalid-glob'],
  },
];

for (const { name, root, packages, expected } of TROUBLE) {
  test(`trouble: ${name}`, () => {
    assert.deepEqual(definitionsOf(root, packages).diagnostics.map(summarize), expected);
  });
}
