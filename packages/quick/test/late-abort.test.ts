import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LateAbort } from '../src/index.js';

test('a late abort has one signal, aborted before or after it was asked for', () => {
  const before = new LateAbort();
  before.abort();
  assert.equal(before.signal.aborted, true);
  const after = new LateAbort();
  const { signal } = after;
  let heard = 0;
  signal.addEventListener('abort', () => heard++);
  assert.equal(signal.aborted, false);
  after.abort();
  after.abort();
  assert.equal(after.signal, signal);
  assert.deepEqual([signal.aborted, heard], [true, 1]);
});
