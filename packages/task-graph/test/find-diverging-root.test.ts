import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskId } from '@tr/model';
import { findDivergingRoot } from '../src/index.js';
import { graphOf, id, packagesOf } from './rig.js';

const packages = packagesOf({
  'packages/app': { deps: ['lib', 'ui'] },
  'packages/ui': { deps: ['icons', 'lib'] },
  'packages/icons': { deps: ['svg'] },
  'packages/svg': {},
  'packages/lib': {},
  'packages/solo': {},
});
const graph = graphOf({ packages, tasks: { build: { dependsOn: ['^build'] } }, run: ['build'] });
const build = (name: string) => id(`${name}#build`);

const cases: readonly (readonly [readonly string[], string, string | undefined])[] = [
  [[], 'app', undefined],
  [['solo'], 'app', undefined],
  [['app'], 'app', 'app'],
  [['app', 'lib'], 'app', 'app > lib'],
  // All keys along the way differ: the one at the end of the chain is the cause.
  [['app', 'icons', 'svg', 'ui'], 'app', 'app > ui > icons > svg'],
  // Only the part that is a task's own differs: those between did not change by themselves.
  [['svg'], 'app', 'app > ui > icons > svg'],
  // The farthest of several; ties by id.
  [['icons', 'lib'], 'app', 'app > ui > icons'],
  [['lib', 'svg'], 'app', 'app > ui > icons > svg'],
  [['lib', 'svg'], 'icons', 'icons > svg'],
  // What lies downstream is no cause.
  [['app', 'ui'], 'icons', undefined],
];

for (const [changed, from, expected] of cases) {
  test(`changed: ${changed.join(', ') || 'nothing'}; seen from ${from}: ${expected ?? 'no cause'}`, () => {
    const found = findDivergingRoot(graph, new Set<TaskId>(changed.map(build)), build(from));
    assert.deepEqual(found?.path, expected?.split(' > ').map(build));
    assert.equal(found?.task, found?.path.at(-1));
  });
}

test('a task that is not in the graph has no cause', () => {
  assert.equal(findDivergingRoot(graph, new Set([build('app')]), build('gone')), undefined);
});
