import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { computePriorities } from '../src/index.js';
import type { GraphFacts } from './rig.js';
import { graphOf, id, packagesOf } from './rig.js';

const scripts = ['build', 'test'];
const packages = packagesOf({
  'packages/app': { deps: ['lib', 'ui'], scripts },
  'packages/ui': { deps: ['lib'], scripts },
  'packages/lib': { scripts },
  'packages/solo': { scripts },
});

function ranking(durations: Readonly<Record<string, number>> | undefined, facts: Partial<GraphFacts> = {}): string {
  const graph = graphOf({ packages, tasks: { build: { dependsOn: ['^build'] } }, run: ['build'], ...facts });
  const known = durations && new Map(Object.entries(durations).map(([task, ms]) => [id(task), ms]));
  return [...computePriorities(graph, known)].map(([task, value]) => `${task}=${value}`).join(' ');
}

describe('priorities', () => {
  test('without durations it is the length of the longest chain of dependents; ties by id', () => {
    assert.equal(ranking(undefined), 'lib#build=3 ui#build=2 app#build=1 solo#build=1');
  });
  test('durations weigh the chain', () => {
    const durations = { 'lib#build': 10, 'ui#build': 20, 'app#build': 30, 'solo#build': 100 };
    assert.equal(ranking(durations), 'solo#build=100 lib#build=60 ui#build=50 app#build=30');
  });
  test('a task never seen is taken for the mean of its namesakes', () => {
    assert.equal(ranking({ 'lib#build': 10, 'ui#build': 30 }), 'lib#build=60 ui#build=50 app#build=20 solo#build=20');
  });
  test('a name never seen is taken for the mean of all', () => {
    const tasks = { build: {}, test: {} };
    const result = ranking({ 'lib#build': 10, 'ui#build': 30 }, { tasks, run: ['test'], filters: ['lib'] });
    assert.equal(result, 'lib#test=1');
    const both = ranking(
      { 'lib#build': 10, 'ui#build': 30 },
      { tasks, run: ['build', 'test'], filters: ['lib', 'ui'] },
    );
    assert.equal(both, 'ui#build=30 lib#test=20 ui#test=20 lib#build=10');
  });
  test('a node that executes nothing takes no time', () => {
    const tasks = { build: { dependsOn: ['topo'] }, topo: { dependsOn: ['^topo'] } };
    const result = ranking({ 'app#build': 5, 'lib#build': 5 }, { tasks, filters: ['app', 'lib'] });
    assert.equal(result, 'app#build=5 app#topo=5 lib#build=5 lib#topo=5 ui#topo=5');
  });
  test('durations of tasks that are not in the graph do not count', () => {
    assert.equal(ranking({ 'gone#build': 1000 }, { filters: ['solo'] }), 'solo#build=1');
  });
});
