import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { oncePerTurn } from '../src/auth/once-per-turn.js';

test('it is asked for once in a turn, and anew in the next', async () => {
  let asked = 0;
  const read = oncePerTurn(() => [++asked]);
  assert.deepEqual([read(), read()], [[1], [1]]);
  await nextTurn();
  assert.deepEqual([read(), read()], [[2], [2]]);
});

test('trouble is thrown each time, and is not remembered', () => {
  let isBroken = true;
  const read = oncePerTurn(() => {
    if (isBroken) throw new Error('unreadable');
    return ['fine'];
  });
  assert.throws(read);
  assert.throws(read);
  isBroken = false;
  assert.deepEqual(read(), ['fine']);
});
