import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LentBuffers } from '../src/http/lent-buffers.js';

test('a buffer is lent again only when every holder has given it back', () => {
  const buffers = new LentBuffers();
  const first = buffers.lend(2);
  first?.giveBack();
  const second = buffers.lend(2);
  assert.notEqual(second?.bytes.buffer, first?.bytes.buffer);
  first?.giveBack();
  assert.equal(buffers.lend(2)?.bytes.buffer, first?.bytes.buffer);
});

test('there are only so many', () => {
  const buffers = new LentBuffers();
  const lent = Array.from({ length: 100 }, () => buffers.lend(1));
  assert.equal(lent.filter((one) => one !== undefined).length, 64);
  lent[0]?.giveBack();
  assert.notEqual(buffers.lend(1), undefined);
});
