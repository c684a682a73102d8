import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareStrings, fail, ok, sorted, sortedUnique } from '../src/index.js';

test('strings are compared by code units, not by the locale', () => {
  // A locale would put ä beside a, and lower case before upper case.
  assert.deepEqual(sorted(['b', 'ä', 'a', 'B', '_', '10', '9', '']), ['', '10', '9', 'B', '_', 'a', 'b', 'ä']);
  assert.equal(compareStrings('a', 'a'), 0);
  assert.ok(compareStrings('a', 'b') < 0 && compareStrings('b', 'a') > 0);
});

test('sorting leaves its argument alone', () => {
  const values = ['b', 'a', 'b'];
  assert.deepEqual(sorted(values), ['a', 'b', 'b']);
  assert.deepEqual(sortedUnique(values), ['a', 'b']);
  assert.deepEqual(values, ['b', 'a', 'b']);
});

test('results', () => {
  assert.deepEqual(ok(1), { ok: true, value: 1 });
  assert.deepEqual(fail('no'), { ok: false, failure: 'no' });
});
