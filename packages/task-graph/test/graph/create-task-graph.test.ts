import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { GraphFacts } from '../rig.js';
import { graphOf, packagesOf, show, tryGraph } from '../rig.js';
import { check, packages, scripts } from './graph-tables.js';

describe('entry points', () => {
  check(
    {
      build: '[a b c] a#build <- b#build,c#build; b#build? <- c#build; c#build',
      lint: '[a b c] a#lint; b#lint; c#lint',
      'build build': '[a b c] a#build <- b#build,c#build; b#build? <- c#build; c#build',
      // Dependencies come along from out of the filter; the packages stay what was selected.
      'build -Fa': '[a] a#build <- b#build,c#build; b#build? <- c#build; c#build',
      'lint -F!a': '[b c] b#lint; c#lint',
      'lint -F!*': '[]',
      'a#build': '[a] a#build <- b#build,c#build; b#build? <- c#build; c#build',
      'a#build lint': '[a b c] a#build <- b#build,c#build; a#lint; b#build? <- c#build; b#lint; c#build; c#lint',
      'a#build b#lint': '[a b] a#build <- b#build,c#build; b#build? <- c#build; b#lint; c#build',
      'c#build -Fa': '[a c] c#build',
      'c#build lint -Fa': '[a c] a#lint; c#build; c#lint',
      'a#lint -F!a': '[a b c] a#lint',
      'c#lint -F!a': '[b c] c#lint',
      'a#lint -F*': '[// a b c] a#lint',
      bild: 'graph/unknown-task task=bild nearest=build',
      nope: 'graph/unknown-task task=nope',
      'build nope': 'graph/unknown-task task=nope',
      // As the log shows it.
      'a:build': 'graph/unknown-task task=a:build nearest=a#build',
      'a:bild': 'graph/unknown-task task=a:bild',
      'a#bild': 'graph/unknown-task task=a#bild nearest=build',
      'nopkg#build': 'graph/unknown-package package=nopkg task=nopkg#build',
      'aa#build': 'graph/unknown-package package=aa task=aa#build nearest=a',
      'a#': 'graph/unknown-task task=a#',
      '#build': 'graph/unknown-task task=#build nearest=build',
      'nope nopkg#lint': 'graph/unknown-task task=nope; graph/unknown-package package=nopkg task=nopkg#lint',
    },
    { tasks: { build: { dependsOn: ['^build'] }, lint: {} } },
  );

  check(
    {
      gen: '[a b c] a#gen?',
      'gen -Fb': '[b]',
      'a#gen': '[a] a#gen?',
      'b#gen': 'graph/unknown-task task=b#gen',
      'gen --only': '[a b c] a#gen?',
    },
    { tasks: { 'a#gen': {} } },
  );

  test('inside a package its tasks are the entry points, and a named one joins', () => {
    const facts = { packages, tasks: { lint: {} }, cwd: 'packages/c' };
    assert.equal(show({ ...facts, run: ['lint'] }), '[c] c#lint');
    assert.equal(show({ ...facts, run: ['a#lint'] }), '[a c] a#lint');
    assert.equal(show({ ...facts, run: ['a#lint', 'lint'] }), '[a c] a#lint; c#lint');
  });

  test('with --affected a named task joins, too', () => {
    const facts = { packages, tasks: { lint: {} }, affected: ['b'] };
    assert.equal(show({ ...facts, run: ['lint'] }), '[a b] a#lint; b#lint');
    assert.equal(show({ ...facts, run: ['c#lint'] }), '[a b c] c#lint');
  });

  test('an entry point is marked, what it pulls in is not', () => {
    const graph = graphOf({ packages, tasks: { build: { dependsOn: ['^build'] } }, run: ['build'], filters: ['b'] });
    const marks = [...graph.nodes.values()].map((node) => [node.id, node.isEntryPoint]);
    assert.deepEqual(marks, [
      ['b#build', true],
      ['c#build', false],
    ]);
  });
});

describe('commands', () => {
  const odd = packagesOf({ 'packages/a': { scripts: ['build'] }, 'packages/b': {} });
  const set = (name: string, text: string) => {
    const entry = [...odd.values()].find((candidate) => candidate.name === name);
    return new Map(
      [...odd].map(([key, value]) => [key, value === entry ? { ...value, scripts: { build: text } } : value]),
    );
  };
  const commandOf = (facts: Partial<GraphFacts>) => {
    const graph = graphOf({ packages: odd, tasks: { build: {} }, run: ['build'], filters: ['b'], ...facts });
    return [...graph.nodes.values()].map(({ command, isScript }) => ({ command, isScript }))[0];
  };

  test('the script comes before the configured command', () => {
    const tasks = { build: { command: 'make' } };
    assert.deepEqual(commandOf({ tasks, filters: ['a'] }), { command: 'run build', isScript: true });
    assert.deepEqual(commandOf({ tasks }), { command: 'make', isScript: false });
  });
  test('an empty script is none, one of blanks is one', () => {
    assert.deepEqual(commandOf({ packages: set('b', '') }), { command: undefined, isScript: false });
    assert.deepEqual(commandOf({ packages: set('b', '  ') }), { command: '  ', isScript: true });
  });
  test('a name of Object.prototype is no script', () => {
    assert.deepEqual(commandOf({ tasks: { constructor: {} }, run: ['constructor'] }), {
      command: undefined,
      isScript: false,
    });
  });
});

describe('dependsOn', () => {
  check(
    {
      // A transit node needs no script anywhere.
      topo: '[a b c] a#topo? <- b#topo,c#topo; b#topo? <- c#topo; c#topo?',
      'build -Fa': '[a] a#build <- a#gen,a#topo; a#gen?; a#topo? <- b#topo,c#topo; b#topo? <- c#topo; c#topo?',
      // One edge for each dependency, nothing transitive by itself.
      'flat -Fa': '[a] a#flat? <- b#lint,c#lint; b#lint; c#lint',
      'flat -Fc': '[c] c#flat?',
      'named -Fb': '[b] a#lint; b#named? <- a#lint',
      // `^pkg#t` is `pkg#t` wherever there is a dependency at all.
      caret: '[a b c] a#caret? <- a#lint; a#lint; b#caret? <- a#lint; c#caret?',
      // The same edge twice is one.
      'twice -Fb': '[b] b#twice? <- c#lint; c#lint',
      'env -Fc': '[c] c#env?',
    },
    {
      tasks: {
        topo: { dependsOn: ['^topo'] },
        build: { dependsOn: ['gen', 'topo'] },
        gen: {},
        lint: {},
        flat: { dependsOn: ['^lint'] },
        named: { dependsOn: ['a#lint'] },
        caret: { dependsOn: ['^a#lint'] },
        twice: { dependsOn: ['^lint', 'c#lint'] },
        env: { dependsOn: ['$CI'] },
      },
    },
  );

  check(
    {
      build: '[a b c] a#build <- b#lint,c#lint; b#lint; c#lint',
      'build -Fc': '[c]',
      'build --only': '[a b c] a#build',
      'build -F*': '[// a b c] a#build <- b#lint,c#lint; b#lint; c#lint',
    },
    { tasks: { 'a#build': { dependsOn: ['c#lint', '^lint'] }, lint: {} } },
  );

  test('a root `pkg#task` replaces the generic one entirely', () => {
    const tasks = { build: { dependsOn: ['^build'] }, 'b#build': {} };
    const expected = '[a b c] a#build <- b#build,c#build; b#build?; c#build';
    assert.equal(show({ packages, tasks, run: ['build'] }), expected);
  });

  test('a task name may have a colon', () => {
    const tasks = { 'build:web': { dependsOn: ['gen:types'] }, 'gen:types': {} };
    const expected = '[c] c#build:web? <- c#gen:types; c#gen:types?';
    assert.equal(show({ packages, tasks, run: ['build:web'], filters: ['c'] }), expected);
  });
});

describe('unknown names in dependsOn', () => {
  const missing = (task: string, by: string, nearest = '') =>
    `graph/unknown-task task=${task}${nearest && ` nearest=${nearest}`} requiredBy=${by}`;
  check(
    {
      // Told once, however many packages share the definition.
      same: missing('a#lnit', 'a#same', 'lint'),
      up: missing('b#nope', 'a#up'),
      'up -Fc': '[c] c#up?',
      pkgtask: missing('a#nope', 'a#pkgtask'),
      pkg: 'graph/unknown-package package=nopkg task=nopkg#lint requiredBy=a#pkg',
      near: 'graph/unknown-package package=aa task=aa#lint nearest=a requiredBy=a#near',
      'same up': `${missing('a#lnit', 'a#same', 'lint')}; ${missing('b#nope', 'a#up')}`,
      // Only some packages have it.
      some: missing('b#part', 'a#some'),
      // What `--only` leaves out is not checked.
      'same --only': '[a b c] a#same?; b#same?; c#same?',
      'up --only': '[a b c] a#up?; b#up?; c#up?',
      'pkg --only': '[a b c] a#pkg?; b#pkg?; c#pkg?',
    },
    {
      tasks: {
        lint: {},
        same: { dependsOn: ['lnit'] },
        up: { dependsOn: ['^nope'] },
        pkgtask: { dependsOn: ['a#nope'] },
        pkg: { dependsOn: ['nopkg#lint'] },
        near: { dependsOn: ['aa#lint'] },
        some: { dependsOn: ['^part'] },
        'c#part': {},
      },
    },
  );

  test('the position is that of the definition', () => {
    const created = tryGraph({ packages, tasks: { lint: {}, build: { dependsOn: ['nope'] } }, run: ['build'] });
    assert.ok(!created.ok);
    assert.deepEqual(
      created.failure.map((failure) => 'at' in failure && failure.at),
      [{ file: 'turbo.json', line: 2, column: 5 }],
    );
  });
});

describe('opting out (`extends: false`)', () => {
  check(
    {
      // No entry point, but a node without edges where something depends on it.
      gen: '[a b c] a#gen? <- b#gen,c#gen; b#gen!; c#gen?',
      'gen -Fb': '[b]',
      'b#gen': '[b]',
      'gen -Fa': '[a] a#gen? <- b#gen,c#gen; b#gen!; c#gen?',
      'only -Fb': '[b] b#gen!; b#only? <- b#gen',
      'named -Fc': '[c] b#gen!; c#named? <- b#gen',
    },
    {
      tasks: {
        gen: { dependsOn: ['^gen'], command: undefined },
        only: { dependsOn: ['gen'] },
        named: { dependsOn: ['b#gen'] },
      },
      optedOut: ['b#gen'],
    },
  );

  test('a task that everyone opted out of is known as long as it is there for everyone', () => {
    const one = packagesOf({ 'packages/a': { scripts }, 'packages/b': {} });
    const facts = { packages: one, run: ['gen'] };
    assert.equal(show({ ...facts, optedOut: ['a#gen', 'b#gen'], tasks: { gen: {} } }), '[a b]');
    assert.equal(show({ ...facts, optedOut: ['a#gen'], tasks: { 'a#gen': {} } }), 'graph/unknown-task task=gen');
  });

  test('it executes nothing, even with a script', () => {
    const graph = graphOf({ packages, tasks: { lint: { dependsOn: ['^lint'] } }, optedOut: ['b#lint'], run: ['lint'] });
    const node = [...graph.nodes.values()].find(({ package: name }) => name === 'b');
    assert.equal(node?.command, undefined);
    assert.equal(node?.isOptedOut, true);
  });
});

describe('--only', () => {
  check(
    {
      'build --only': '[a b c] a#build <- b#build,c#build; b#build? <- c#build; c#build',
      'build -Fa --only': '[a] a#build',
      'a#build a#lint --only': '[a] a#build; a#lint',
      // What is asked for by name has to exist where an edge between entry points leads.
      'part --only': 'graph/unknown-task task=b#part requiredBy=a#part',
      'none lint --only': '[a b c] a#lint; a#none? <- a#lint; b#lint!; b#none? <- b#lint; c#lint; c#none? <- c#lint',
      'a#build c#build --only': '[a c] a#build <- c#build; c#build',
      'topo pack -Fa --only': '[a] a#pack? <- a#topo; a#topo?',
      'lint --only': '[a b c] a#lint; c#lint',
    },
    {
      tasks: {
        build: { dependsOn: ['^build'] },
        lint: {},
        gen: {},
        topo: { dependsOn: ['^topo'] },
        pack: { dependsOn: ['topo', 'gen'] },
        'a#part': { dependsOn: ['^part'] },
        none: { dependsOn: ['lint'] },
      },
      optedOut: ['b#lint'],
    },
  );
});

describe('with', () => {
  check(
    {
      // No edge; out of the filter, with what the sibling needs.
      'dev -Fa': '[a] a#dev with c#lint; c#build; c#lint <- c#build',
      'dev -Fa --only': '[a] a#dev with c#lint; c#lint',
      'dev lint -Fc --only': '[c] c#dev with c#lint; c#lint',
      'near -Fa': '[a] a#build; a#near? with a#build',
      'near -Fa --only': '[a] a#build; a#near? with a#build',
      'build -Fa': '[a] a#build',
      'self -Fa': '[a] a#self?',
      'chain -Fa': '[a] a#build; a#chain? with a#near,c#lint; a#near? with a#build; c#build; c#lint <- c#build',
      'dep -Fa': '[a] a#dep? <- a#dev; a#dev with c#lint; c#build; c#lint <- c#build',
      'both -Fa': '[a] a#both? <- c#build with c#build; c#build',
      'none -Fa': '[a] a#none? with b#build; b#build?',
      'root -Fa': '[a] //#prep?; a#root? with //#prep',
      'rootless -Fa': 'graph/undeclared-root-task task=//#lint requiredBy=a#rootless',
      'bad -Fa': 'graph/unknown-task task=a#qqqq requiredBy=a#bad',
      'bad -Fa --only': 'graph/unknown-task task=a#qqqq requiredBy=a#bad',
      'badpkg -Fa': 'graph/unknown-package package=zz task=zz#nope requiredBy=a#badpkg',
    },
    {
      tasks: {
        dev: { with: ['c#lint'] },
        lint: { dependsOn: ['^lint', 'build'] },
        build: {},
        near: { with: ['build'] },
        self: { with: ['self'] },
        chain: { with: ['near', 'c#lint'] },
        dep: { dependsOn: ['dev'] },
        both: { dependsOn: ['c#build'], with: ['c#build'] },
        none: { with: ['b#build'] },
        root: { with: ['//#prep'] },
        rootless: { with: ['//#lint'] },
        '//#prep': {},
        bad: { with: ['qqqq'] },
        badpkg: { with: ['zz#nope'] },
      },
    },
  );
});
