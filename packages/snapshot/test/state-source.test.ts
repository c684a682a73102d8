import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskGraph } from '@tr/model';
import { listStateEdges } from '../src/state-edges.js';
import { findStateSources } from '../src/state-source.js';
import { graphOf, idOf, snapshotOf } from './rig/graph.js';

function sourcesOf(graph: TaskGraph, task: string, service = 'db'): readonly string[] {
  const node = graph.nodes.get(idOf(task));
  assert.ok(node);
  return findStateSources(graph, node, service).map((id) => id.slice('app#'.length));
}

test('the nearest snapshot of the same service below a task, whatever lies between', () => {
  const graph = graphOf({
    migrate: { definition: snapshotOf('db') },
    cache: { definition: snapshotOf('redis') },
    seed: { needs: ['migrate'], definition: snapshotOf('db') },
    build: { needs: ['seed', 'cache'] },
    test: { needs: ['build', 'migrate'] },
    lint: {},
  });
  assert.deepEqual(sourcesOf(graph, 'test'), ['seed'], 'what seed builds upon is in it');
  assert.deepEqual(sourcesOf(graph, 'seed'), ['migrate']);
  assert.deepEqual(sourcesOf(graph, 'test', 'redis'), ['cache']);
  assert.deepEqual(sourcesOf(graph, 'migrate'), []);
  assert.deepEqual(sourcesOf(graph, 'lint'), []);
});

test('what is waited for in any case: the state, also by what depends on a task that needs it', () => {
  const graph = graphOf({
    migrate: { definition: snapshotOf('db') },
    seed: { needs: ['migrate'], definition: snapshotOf('db') },
    build: { needs: ['migrate'] },
    test: { needs: ['build', 'seed'], definition: { services: ['db'] } },
    look: { needs: ['build'], definition: { services: ['db', 'redis'] } },
    report: { needs: ['test', 'look'] },
    lint: { needs: ['build'] },
  });
  assert.deepEqual(
    [...listStateEdges(graph)].map(([id, awaited]) => [id, awaited].flat().map((each) => each.slice('app#'.length))),
    [
      ['seed', 'migrate'],
      ['test', 'migrate', 'seed'],
      ['look', 'migrate'],
      ['report', 'migrate', 'seed'],
    ],
  );
});

test('two states of which neither builds upon the other are both told', () => {
  const graph = graphOf({
    a: { definition: snapshotOf('db') },
    b: { definition: snapshotOf('db') },
    test: { needs: ['a', 'b'] },
  });
  assert.deepEqual(sourcesOf(graph, 'test'), ['a', 'b']);
});
