import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { packagesOf, show, tryGraph } from '../rig.js';
import { check, scripts } from './graph-tables.js';

describe('the root package', () => {
  const rooted = packagesOf({
    '': { deps: ['c'], scripts: ['build', 'prep', 'lint'] },
    'packages/a': { deps: ['b', 'c'], scripts },
    'packages/b': { deps: ['c'], scripts: ['lint'] },
    'packages/c': { scripts },
  });
  check(
    {
      // The root's own scripts run only through a `//#` key.
      build: '[a b c] a#build <- b#build,c#build; b#build? <- c#build; c#build',
      'build -F//': '[//]',
      // Generic and root task together give both, as long as nothing chose packages.
      lint: '[// a b c] //#lint; a#lint; b#lint; c#lint',
      'lint --only': '[// a b c] //#lint; a#lint; b#lint; c#lint',
      'lint -Fa': '[a] a#lint',
      'lint -F//': '[//] //#lint',
      'lint -F.': '[//] //#lint',
      'lint -F*': '[// a b c] //#lint; a#lint; b#lint; c#lint',
      'lint -F./**': '[// a b c] //#lint; a#lint; b#lint; c#lint',
      'lint -F!a': '[// b c] //#lint; b#lint; c#lint',
      'lint -F!a -F!b': '[// c] //#lint; c#lint',
      'lint -F!./packages/*': '[//] //#lint',
      'lint -F!./*': '[// a b c] //#lint; a#lint; b#lint; c#lint',
      'lint -F!//': '[a b c] a#lint; b#lint; c#lint',
      'lint -F!.': '[a b c] a#lint; b#lint; c#lint',
      'lint -F!a -F!//': '[b c] b#lint; c#lint',
      'lint -F!*': '[]',
      prep: '[// a b c] //#gen?; //#prep <- //#gen,c#lint; c#lint',
      'prep -Fa': '[a]',
      'prep -F//': '[//] //#gen?; //#prep <- //#gen,c#lint; c#lint',
      'prep --only': '[// a b c] //#prep',
      '//#prep': '[//] //#gen?; //#prep <- //#gen,c#lint; c#lint',
      '//#prep --only': '[//] //#prep',
      '//#prep lint -Fb': '[// b] //#gen?; //#lint; //#prep <- //#gen,c#lint; b#lint; c#lint',
      '//#lint -Fa': '[// a] //#lint',
      '//#lint -F!//': '[// a b c] //#lint',
      'lint //#lint -Fb': '[// b] //#lint; b#lint',
      'a#lint b#lint //#lint': '[// a b] //#lint; a#lint; b#lint',
      'a#lint lint': '[// a b c] //#lint; a#lint; b#lint; c#lint',
      // Pulled in by an edge it does not join the packages.
      'needs -Fa': '[a] //#gen?; //#prep <- //#gen,c#lint; a#needs? <- //#prep; c#lint',
      'needs a#lint':
        '[a b c] //#gen?; //#prep <- //#gen,c#lint; a#lint; a#needs? <- //#prep; b#needs? <- //#prep; c#lint; c#needs? <- //#prep',
      // `^t` of a root task goes to what the root package depends on.
      '//#up': '[//] //#up? <- c#build; c#build',
      'lost -Fa': 'graph/undeclared-root-task task=//#build requiredBy=a#lost',
      'lost -Fa --only': '[a] a#lost?',
      '//#own': 'graph/undeclared-root-task task=//#build requiredBy=//#own',
      '//#nope': 'graph/undeclared-root-task task=//#nope',
    },
    {
      packages: rooted,
      tasks: {
        build: { dependsOn: ['^build'] },
        lint: {},
        '//#lint': {},
        '//#prep': { dependsOn: ['c#lint', 'gen'] },
        '//#gen': {},
        '//#up': { dependsOn: ['^build'] },
        '//#own': { dependsOn: ['build'] },
        needs: { dependsOn: ['//#prep'] },
        lost: { dependsOn: ['//#build'] },
      },
    },
  );

  test('a task that only packages have runs nothing in the root, with a warning', () => {
    const facts = { packages: rooted, tasks: { build: {} }, run: ['//#build'] };
    assert.equal(show(facts), '[//]');
    const created = tryGraph(facts);
    assert.ok(created.ok);
    const warning = { code: 'graph/undeclared-root-task', task: '//#build', requiredBy: undefined, at: undefined };
    assert.deepEqual(created.value.warnings, [warning]);
  });

  test('--affected adds no root task', () => {
    const facts = { packages: rooted, tasks: { lint: {}, '//#lint': {} }, run: ['lint'] };
    assert.equal(show({ ...facts, affected: ['a'] }), '[a] a#lint');
    assert.equal(show({ ...facts, affected: ['//'] }), '[//] //#lint');
  });

  test('inside a package the root task is not run, unless named', () => {
    const facts = { packages: rooted, tasks: { lint: {}, '//#lint': {} }, cwd: 'packages/a' };
    assert.equal(show({ ...facts, run: ['lint'] }), '[a] a#lint');
    assert.equal(show({ ...facts, run: ['//#lint'] }), '[// a] //#lint');
  });
});

describe('a repository of one package', () => {
  check(
    {
      build: '[//] //#build <- //#lint; //#lint',
      'build --only': '[//] //#build',
      '//#build': '[//] //#build <- //#lint; //#lint',
      'build -F.': '[//] //#build <- //#lint; //#lint',
      rooted: '[//] //#lint; //#rooted? <- //#lint',
      gen: '[//] //#gen?',
      dev: '[//] //#dev with //#lint; //#lint',
      nope: 'graph/unknown-task task=nope',
      '//#nope': 'graph/unknown-task task=//#nope',
      'name#build': 'graph/unknown-package package=name task=name#build',
      bad: 'graph/unknown-task task=//#lnit nearest=lint requiredBy=//#bad',
      named: 'graph/unknown-package package=name task=name#lint requiredBy=//#named',
      'build -Fa': 'graph/filter-unknown-package filter=a package=a',
    },
    {
      packages: packagesOf({ '': { scripts } }),
      kind: 'single',
      tasks: {
        build: { dependsOn: ['^build', 'lint'] },
        lint: {},
        gen: {},
        rooted: { dependsOn: ['//#lint'] },
        dev: { with: ['lint'] },
        bad: { dependsOn: ['lnit'] },
        named: { dependsOn: ['name#lint'] },
      },
    },
  );

  test('not affected, it has no tasks', () => {
    const facts = { packages: packagesOf({ '': { scripts } }), kind: 'single', tasks: { build: {} } } as const;
    assert.equal(show({ ...facts, run: ['build'], affected: [] }), '[]');
  });
});
