import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { computePriorities } from '../src/index.js';
import type { GraphFacts } from './rig.js';
import { graphOf, packagesOf } from './rig.js';

const scripts = ['build', 'test'];
const packages = packagesOf({
  'packages/app': { deps: ['lib', 'ui'], scripts },
  'packages/ui': { deps: ['lib'], scripts },
  'packages/lib': { scripts },
  'packages/solo': { scripts },
});

function ranking(facts: Partial<GraphFacts> = {}): string {
  const graph = graphOf({ packages, tasks: { build: { dependsOn: ['^build'] } }, run: ['build'], ...facts });
  return [...computePriorities(graph)].map(([task, value]) => `${task}=${value}`).join(' ');
}

describe('priorities', () => {
  test('the length of the longest chain of dependents; ties by id', () => {
    assert.equal(ranking(), 'lib#build=3 ui#build=2 app#build=1 solo#build=1');
  });
  test('a node that executes nothing does not count', () => {
    const tasks = { build: { dependsOn: ['topo'] }, topo: { dependsOn: ['^topo'] } };
    const result = ranking({ tasks, filters: ['app', 'lib'] });
    assert.equal(result, 'app#build=1 app#topo=1 lib#build=1 lib#topo=1 ui#topo=1');
  });
});
