import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keepAffected } from '../../src/index.js';
import { graphOf, packagesOf, show, showGraph, type GraphFacts } from '../rig.js';

const scripts = ['build', 'lint', 'test'];
const FACTS = {
  packages: packagesOf({
    'packages/a': { scripts },
    'packages/b': { deps: ['a'], scripts: ['test'] },
    'packages/c': { deps: ['b'], scripts: ['lint'] },
  }),
  tasks: {
    build: { dependsOn: ['^build'] },
    test: { dependsOn: ['build'] },
    lint: {},
    topo: { dependsOn: ['^topo'] },
    'c#lint': { with: ['a#lint'] },
  },
};

/** [run, filters, changed tasks, graph]; probed with turbo 2.11.11. */
const AFFECTED: readonly (readonly [string, readonly string[], string, string])[] = [
  ['build', [], '', '[]'],
  ['build', [], 'c#build', '[c] a#build; b#build? <- a#build; c#build? <- b#build'],
  ['build', [], 'a#build', '[a b c] a#build; b#build? <- a#build; c#build? <- b#build'],
  ['test', [], 'b#test', '[b] a#build; b#build? <- a#build; b#test <- b#build'],
  ['build', ['c'], 'a#build', '[c] a#build; b#build? <- a#build; c#build? <- b#build'],
  ['c#lint', [], 'c#lint', '[c] a#lint; c#lint with a#lint'],
  ['c#lint', [], 'a#lint', '[] a#lint'],
  ['lint', ['c'], 'a#lint', '[]'],
];

describe('keepAffected', () => {
  for (const [run, filters, changed, expected] of AFFECTED) {
    it(`${[run, ...filters].join(' -F')}, changed: ${changed}`, () => {
      const graph = graphOf({ ...FACTS, run: [run], filters });
      const kept = keepAffected(graph, ({ id }) => changed.includes(id), { insideScope: filters.length > 0 });
      assert.equal(showGraph(kept), expected);
      assert.deepEqual([...kept.topologicalOrder].sort(), [...kept.nodes.keys()]);
      for (const { dependents } of kept.nodes.values()) assert.ok(dependents.every((id) => kept.nodes.has(id)));
    });
  }
});

/** [run, filters, graph]; probed with turbo 2.11.11. */
const STRICT: readonly (readonly [GraphFacts['run'], readonly string[], string])[] = [
  [['build'], [], '[a b c] a#build'],
  [['build'], ['b'], '[b]'],
  [['c#build'], [], '[c] a#build; b#build? <- a#build; c#build? <- b#build'],
  [['topo'], [], '[a b c] a#topo?; b#topo? <- a#topo; c#topo? <- b#topo'],
  [['test'], [], '[a b c] a#build; a#test <- a#build; b#build? <- a#build; b#test <- b#build'],
];

describe('strict entry points', () => {
  for (const [run, filters, expected] of STRICT) {
    it([...run, ...filters].join(' -F'), () => {
      assert.equal(show({ ...FACTS, run, filters, strictEntryPoints: true }), expected);
    });
  }
});
