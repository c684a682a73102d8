import assert from 'node:assert/strict';
import { test } from 'node:test';
import { computePriorities } from '../src/index.js';
import type { PackageFacts } from './rig.js';
import { createRandom, graphOf, packagesOf, select, show } from './rig.js';

/** A random workspace without cycles: a package depends on earlier ones only. */
function randomPackages(random: () => number, count: number): Readonly<Record<string, PackageFacts>> {
  const facts: Record<string, PackageFacts> = {};
  for (let at = 0; at < count; at += 1) {
    const deps = Array.from({ length: at }, (_, other) => `p${other}`).filter(() => random() < 3 / count);
    facts[`${at % 2 === 0 ? 'apps' : 'packages'}/p${at}`] = {
      deps,
      scripts: ['build', 'test'].filter(() => random() < 0.7),
    };
  }
  return facts;
}

function shuffle<T>(random: () => number, values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}

const tasks = {
  build: { dependsOn: ['^build', 'gen'] },
  gen: { dependsOn: ['^gen'] },
  test: { dependsOn: ['build'], with: ['gen'] },
};

test('every task comes after its dependencies, edges are mirrored, nothing is left out', () => {
  const random = createRandom(1);
  for (let round = 0; round < 60; round += 1) {
    const packages = packagesOf(randomPackages(random, 2 + Math.floor(random() * 25)));
    const { nodes, topologicalOrder } = graphOf({ packages, tasks, run: ['test'] });
    const places = new Map(topologicalOrder.map((task, at) => [task, at]));
    assert.equal(places.size, nodes.size);
    assert.deepEqual([...nodes.keys()], [...nodes.keys()].sort());
    for (const node of nodes.values()) {
      for (const dependency of node.dependencies) {
        assert.ok(
          (places.get(dependency) ?? Infinity) < (places.get(node.id) ?? -1),
          `${dependency} before ${node.id}`,
        );
        assert.ok(nodes.get(dependency)?.dependents.includes(node.id));
      }
      for (const dependent of node.dependents) assert.ok(nodes.get(dependent)?.dependencies.includes(node.id));
      assert.deepEqual(node.dependencies, [...new Set(node.dependencies)].sort());
    }
  }
});

test('a task never has a lower priority than one that waits for it', () => {
  const random = createRandom(2);
  for (let round = 0; round < 30; round += 1) {
    const graph = graphOf({ packages: packagesOf(randomPackages(random, 20)), tasks, run: ['test'] });
    const durations = new Map(
      [...graph.nodes.keys()].filter(() => random() < 0.5).map((task) => [task, random() * 100]),
    );
    const priorities = computePriorities(graph, durations);
    assert.equal(priorities.size, graph.nodes.size);
    for (const node of graph.nodes.values()) {
      for (const dependent of node.dependents) {
        assert.ok((priorities.get(node.id) ?? -1) >= (priorities.get(dependent) ?? Infinity));
      }
    }
  }
});

test('a selection does not depend on the order of filters or packages', () => {
  const random = createRandom(3);
  for (let round = 0; round < 60; round += 1) {
    const facts = randomPackages(random, 12);
    const names = Object.keys(facts).map((directory) => directory.slice(directory.indexOf('/') + 1));
    const pick = () => names[Math.floor(random() * names.length)] ?? 'p0';
    const filters = [`${pick()}...`, `...${pick()}`, `!${pick()}^...`, './apps/*', `!${pick()}`, `...^${pick()}[main]`];
    const chosen = filters.filter(() => random() < 0.6);
    const changes = { main: names.filter(() => random() < 0.3) };
    const expected = select({ packages: packagesOf(facts), filters: chosen, changes });
    const shuffled = packagesOf(Object.fromEntries(shuffle(random, Object.entries(facts))));
    const reversed = new Map([...shuffled].reverse());
    assert.equal(select({ packages: reversed, filters: shuffle(random, chosen), changes }), expected);
  }
});

test('a graph does not depend on the order of packages or requested tasks', () => {
  const random = createRandom(4);
  for (let round = 0; round < 30; round += 1) {
    const packages = packagesOf(randomPackages(random, 15));
    const expected = show({ packages, tasks, run: ['build', 'test', 'p1#gen'] });
    const other = new Map(shuffle(random, [...packages]));
    assert.equal(show({ packages: other, tasks, run: ['p1#gen', 'test', 'build'] }), expected);
    const order = (of: typeof packages) => graphOf({ packages: of, tasks, run: ['test'] }).topologicalOrder;
    assert.deepEqual(order(other), order(packages));
  }
});

test('`^` takes out exactly what no other named package reaches', () => {
  const random = createRandom(5);
  for (let round = 0; round < 60; round += 1) {
    const facts = randomPackages(random, 10);
    const packages = packagesOf(facts);
    const list = (...filters: string[]) =>
      new Set(
        select({ packages, filters })
          .split(' ')
          .filter((name) => name !== ''),
      );
    const all = [...packages.keys()].filter((name) => name !== '//');
    const union = new Set(all.flatMap((name) => [...list(`${name}^...`)]));
    assert.deepEqual([...list('p*^...')].sort(), [...union].sort());
  }
});

test('10,000 tasks in one chain, and a workspace of 3,000 tasks', () => {
  const chain: Record<string, PackageFacts> = {};
  for (let at = 0; at < 10_000; at += 1) chain[`packages/p${at}`] = at === 0 ? {} : { deps: [`p${at - 1}`] };
  const packages = packagesOf(chain);
  const graph = graphOf({ packages, tasks: { build: { dependsOn: ['^build'] } }, run: ['build'] });
  assert.equal(graph.topologicalOrder[0], 'p0#build');
  assert.equal(graph.topologicalOrder.at(-1), 'p9999#build');
  assert.equal(computePriorities(graph).size, 10_000);
  assert.equal(select({ packages, filters: ['p9999...'] }).split(' ').length, 10_000);
  assert.equal(select({ packages, filters: ['*^...'] }).split(' ').length, 9_999);
  const wide = packagesOf(randomPackages(createRandom(6), 1000));
  assert.equal(graphOf({ packages: wide, tasks, run: ['test'] }).nodes.size, 3000);
});

test('a cycle through 10,000 tasks is an error, not a crash', () => {
  const ring: Record<string, PackageFacts> = {};
  for (let at = 0; at < 10_000; at += 1) ring[`packages/p${at}`] = { deps: [`p${(at + 1) % 10_000}`] };
  const shown = show({ packages: packagesOf(ring), tasks: { build: { dependsOn: ['^build'] } }, run: ['build'] });
  assert.match(shown, /^graph\/cycle tasks=p0#build > p1#build > p2#build/);
});
