import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { packagesOf, tryGraph } from '../rig.js';
import { check, packages, scripts } from './graph-tables.js';

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
