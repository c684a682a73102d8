import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertInvariant, InvariantError } from '../src/index.js';

test('a broken assumption is an InvariantError with the message, an assumption that holds is nothing', () => {
  assertInvariant('text', 'not thrown');
  for (const broken of [false, undefined, 0, '']) {
    assert.throws(
      () => assertInvariant(broken, 'the graph has no such node'),
      (error) =>
        error instanceof InvariantError &&
        error.name === 'InvariantError' &&
        error.message === 'the graph has no such node',
    );
  }
});
