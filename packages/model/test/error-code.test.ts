import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { errorCode, isMissing } from '../src/index.js';

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

test('an error of the system has a code, a bug has none', () => {
  const missing = thrownBy(() => readFileSync('/nowhere/at/all'));
  assert.equal(errorCode(missing), 'ENOENT');
  assert.equal(isMissing(missing), true);
  const isDirectory = thrownBy(() => readFileSync('/'));
  assert.equal(errorCode(isDirectory), 'EISDIR');
  assert.equal(isMissing(isDirectory), false);
  const bug = thrownBy(() => readFileSync('a\0b'));
  assert.equal((bug as NodeJS.ErrnoException).code, 'ERR_INVALID_ARG_VALUE');
  for (const other of [bug, new Error('ENOENT'), { code: 'ENOENT' }, undefined])
    assert.equal(errorCode(other), undefined);
});
