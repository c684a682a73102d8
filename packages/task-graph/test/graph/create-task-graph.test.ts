import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { GraphFacts, Packages } from '../rig.js';
import { graphOf, packagesOf, show, tryGraph } from '../rig.js';

const scripts = ['build', 'lint', 'dev'];
/** a -> b -> c and a -> c; b has only a `lint` script. */
const packages = packagesOf({
  'packages/a': { deps: ['b', 'c'], scripts },
  'packages/b': { deps: ['c'], scripts: ['lint'] },
  'packages/c': { scripts },
});

/** What `run` is given (names, `--only`, filters) -> the graph: seen in output of Turborepo 2.11.11. */
type Table = Readonly<Record<string, string>>;

function check(
  table: Table,
  facts: Omit<GraphFacts, 'run' | 'filters' | 'only' | 'packages'> & { readonly packages?: Packages },
): void {
  for (const [line, expected] of Object.entries(table)) {
    test(`${line}: ${expected}`, () => {
      const words = line.split(' ');
      const filters = words.flatMap((word) => (word.startsWith('-F') ? word.slice(2) : []));
      const run = words.filter((word) => !word.startsWith('-'));
      assert.equal(show({ packages, ...facts, run, filters, only: words.includes('--only') }), expected);
    });
  }
}

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
      'a#build b#lint --only': '[a b] a#build; b#lint',
      'a#build c#build --only': '[a c] a#build <- c#build; c#build',
      'topo pack -Fa --only': '[a] a#pack? <- a#topo; a#topo?',
      'lint --only': '[a b c] a#lint; b#lint; c#lint',
    },
    {
      tasks: {
        build: { dependsOn: ['^build'] },
        lint: {},
        gen: {},
        topo: { dependsOn: ['^topo'] },
        pack: { dependsOn: ['topo', 'gen'] },
      },
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

describe('persistent tasks', () => {
  const waits = (task: string, dependency: string, alike: number) =>
    `graph/persistent-dependency task=${task} dependency=${dependency} alike=${alike}`;
  check(
    {
      dev: '[a b c] a#dev; b#dev?; c#dev',
      up: waits('a#up', 'c#dev', 1),
      'up --only': '[a b c] a#up?; b#up?; c#up?',
      'up dev --only': waits('a#up', 'c#dev', 1),
      'up -Fb': waits('b#up', 'c#dev', 0),
      same: waits('a#same', 'a#dev', 1),
      // Without a script it ends at once.
      'same -Fb': '[b] b#dev?; b#same? <- b#dev',
      named: waits('a#named', 'c#dev', 2),
      chain: waits('a#chain', 'c#chain', 1),
      'up same -Fb': waits('b#up', 'c#dev', 0),
      'up same -Fa': `${waits('a#same', 'a#dev', 0)}; ${waits('a#up', 'c#dev', 0)}`,
    },
    {
      tasks: {
        dev: { persistent: true },
        up: { dependsOn: ['^dev'] },
        same: { dependsOn: ['dev'] },
        named: { dependsOn: ['c#dev'] },
        chain: { persistent: true, dependsOn: ['^chain'] },
        'c#chain': { persistent: true, command: 'serve' },
      },
    },
  );
});

describe('cycles among tasks', () => {
  const cycle = (tasks: string, alike = 0) => `graph/cycle tasks=${tasks} alike=${alike}`;
  const cyclic = packagesOf({
    'packages/a': { deps: ['b'], scripts },
    'packages/b': { deps: ['c'], scripts: ['lint'] },
    'packages/c': { deps: ['a'], scripts },
    'packages/self': { deps: ['self'], scripts },
  });
  check(
    {
      build: `${cycle('a#build > b#build > c#build > a#build')}; ${cycle('self#build > self#build')}`,
      // Packages may depend on each other as long as no task does.
      lint: '[a b c self] a#lint; b#lint; c#lint; self#lint',
      'lint -Fa...': '[a b c] a#lint; b#lint; c#lint',
      // Transit nodes count.
      'dev -Fa': cycle('a#topo > b#topo > c#topo > a#topo'),
      'dev -Fself': cycle('self#topo > self#topo'),
      'build -Fself': cycle('self#build > self#build'),
      'build -Fself --only': cycle('self#build > self#build'),
      'build -Fa --only': '[a] a#build',
      'build --only': `${cycle('a#build > b#build > c#build > a#build')}; ${cycle('self#build > self#build')}`,
    },
    {
      packages: cyclic,
      tasks: {
        build: { dependsOn: ['^build'] },
        lint: {},
        topo: { dependsOn: ['^topo'] },
        dev: { dependsOn: ['topo'] },
      },
    },
  );
  check(
    {
      // The same mistake in every package is one.
      one: cycle('a#one > a#two > a#three > a#one', 2),
      'one -Fb': cycle('b#one > b#two > b#three > b#one'),
      me: cycle('a#me > a#me', 2),
      'pkg -Fb': cycle('a#pkg > a#pkg'),
      // A shortcut makes the printed way the shortest.
      long: cycle('a#long > a#short > a#long', 2),
      'free -Fc': '[c] c#free?',
    },
    {
      tasks: {
        one: { dependsOn: ['two'] },
        two: { dependsOn: ['three'] },
        three: { dependsOn: ['one'] },
        me: { dependsOn: ['me'] },
        pkg: { dependsOn: ['a#pkg'] },
        long: { dependsOn: ['mid', 'short'] },
        mid: { dependsOn: ['short'] },
        short: { dependsOn: ['long'] },
        free: {},
      },
    },
  );

  test('the position is that of the first task', () => {
    const created = tryGraph({
      packages,
      tasks: { a: {}, x: { dependsOn: ['y'] }, y: { dependsOn: ['x'] } },
      run: ['y'],
    });
    assert.ok(!created.ok);
    assert.deepEqual(
      created.failure.map((failure) => 'at' in failure && failure.at),
      [{ file: 'turbo.json', line: 2, column: 5 }],
    );
  });
});

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
