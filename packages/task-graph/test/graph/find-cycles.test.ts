import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCycles } from '../../src/graph/find-cycles.js';
import { orderByDepth } from '../../src/graph/order-by-depth.js';
import { createRandom } from '../rig.js';

const cases: readonly (readonly [string, readonly (readonly number[])[], readonly (readonly number[])[]])[] = [
  ['nothing', [], []],
  ['a chain', [[1], [2], []], []],
  ['a diamond', [[1, 2], [3], [3], []], []],
  ['a node on itself', [[0], []], [[0, 0]]],
  ['two', [[1], [0]], [[0, 1, 0]]],
  ['a cycle below a chain', [[1], [2], [3], [1]], [[1, 2, 3, 1]]],
  ['the shortest way round', [[1, 3], [2], [3], [0]], [[0, 3, 0]]],
  [
    'two knots',
    [[1], [0], [3], [2, 0]],
    [
      [0, 1, 0],
      [2, 3, 2],
    ],
  ],
  ['a knot of two cycles is told once', [[1, 2], [0], [0]], [[0, 1, 0]]],
  ['a self-edge inside a longer cycle', [[1], [1, 0]], [[0, 1, 0]]],
];

for (const [title, edges, expected] of cases) {
  test(`cycles of ${title}`, () => assert.deepEqual(findCycles(edges), expected));
}

test('a chain and a ring of 100,000 nodes do not exhaust the stack', () => {
  const count = 100_000;
  const ring = Array.from({ length: count }, (_, node) => [(node + 1) % count]);
  const chain = ring.map((edges, node) => (node === count - 1 ? [] : edges));
  assert.deepEqual(findCycles(chain), []);
  assert.equal(findCycles(ring)[0]?.length, count + 1);
});

test('a cycle is found exactly when there is no order, and every edge of it is there', () => {
  const random = createRandom(7);
  for (let round = 0; round < 400; round += 1) {
    const count = 1 + Math.floor(random() * 8);
    const nodes = Array.from({ length: count }, (_, node) => node);
    const edges = nodes.map(() => nodes.filter(() => random() < 0.2));
    const reversed = nodes.map((node) => nodes.filter((other) => edges[other]?.includes(node)));
    const cycles = findCycles(edges);
    assert.equal(orderByDepth(edges, reversed) === undefined, cycles.length > 0);
    for (const cycle of cycles) {
      assert.equal(cycle[0], cycle.at(-1));
      assert.equal(new Set(cycle).size, cycle.length - 1);
      for (const [at, node] of cycle.slice(0, -1).entries()) assert.ok(edges[node]?.includes(cycle[at + 1] ?? -1));
    }
  }
});
