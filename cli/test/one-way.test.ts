import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { digestOneWay } from '../src/recorded-run/one-way.js';

test('it is the first half of BLAKE2s-256, of one block at most', () => {
  for (const text of ['', 'abc', 'é', '\0', ...Array.from({ length: 65 }, (_, length) => 'x'.repeat(length))]) {
    assert.equal(digestOneWay(text), createHash('blake2s256').update(text).digest('hex').slice(0, 32), text);
  }
  assert.throws(() => digestOneWay('x'.repeat(65)), RangeError);
});
