import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editDistance, findNearest, findNearestPackage } from '../src/index.js';

for (const [a, b, distance] of [
  ['', '', 0],
  ['build', 'build', 0],
  ['build', 'biuld', 1],
  ['build', 'buld', 1],
  ['build', 'builds', 1],
  ['build', 'BUILD', 1],
  ['dependson', 'dependsOn', 1],
  ['output', 'outputs', 1],
  ['cahce', 'cache', 1],
  ['outputs', 'outptus', 1],
  ['abc', '', 3],
  ['kitten', 'sitting', 3],
] as const) {
  test(`editDistance: ${a} ~ ${b}`, () => {
    assert.equal(editDistance(a, b), distance);
    assert.equal(editDistance(b, a), distance);
  });
}

test('the nearest name is offered, a far one is not', () => {
  const names = ['build', 'test', 'lint', 'typecheck'];
  assert.equal(findNearest('biuld', names), 'build');
  assert.equal(findNearest('typechek', names), 'typecheck');
  assert.equal(findNearest('deployment', names), undefined);
  assert.equal(findNearest('build', []), undefined);
});

test('the nearest name is within a third of the length, and the same in any order of candidates', () => {
  assert.equal(findNearest('outptus', ['inputs', 'outputs']), 'outputs');
  assert.equal(findNearest('u', ['ui', 'os']), 'ui');
  assert.equal(findNearest('colour', ['cache', 'command']), undefined);
  assert.equal(findNearest('ab', ['aa', 'ac']), findNearest('ab', ['ac', 'aa']));
});

test('a package is found without its scope, misspelled or not; one that has none comes first', () => {
  const names = ['//', '@acme/web', '@acme/api', 'ui'];
  assert.equal(findNearestPackage('web', names), '@acme/web');
  assert.equal(findNearestPackage('wbe', names), '@acme/web');
  assert.equal(findNearestPackage('@acme/wbe', names), '@acme/web');
  assert.equal(findNearestPackage('uii', names), 'ui');
  assert.equal(findNearestPackage('nothing', names), undefined);
});

test('a very long name costs nothing and is nobody’s typo', () => {
  assert.equal(findNearest('x'.repeat(1_000_000), ['build']), undefined);
});
