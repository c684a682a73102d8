import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTaskId, ROOT_PACKAGE, toTaskId, type PackageName } from '../src/index.js';

for (const [text, expected] of [
  ['web#build', { package: 'web', task: 'build' }],
  ['@scope/web#build', { package: '@scope/web', task: 'build' }],
  ['//#lint', { package: '//', task: 'lint' }],
  ['web#db:seed', { package: 'web', task: 'db:seed' }],
  ['web#a#b', { package: 'web', task: 'a#b' }],
  ['build', undefined],
  ['#build', undefined],
  ['', undefined],
] as const) {
  test(`parseTaskId: ${JSON.stringify(text)}`, () => assert.deepEqual(parseTaskId(text), expected));
}

test('a task id comes apart into what it was made of', () => {
  const id = toTaskId('@scope/web' as PackageName, 'build:all');
  assert.deepEqual(parseTaskId(id), { package: '@scope/web', task: 'build:all' });
  assert.equal(toTaskId(ROOT_PACKAGE, 'lint'), '//#lint');
});
