import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseProcStat } from '../src/index.js';

const REST = '0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 8675309 4096 0';

test('a process, whatever its name', () => {
  for (const name of ['sh', 'a b', 'odd) Z 9 9 9', '(x)']) {
    assert.deepEqual(parseProcStat(`42 (${name}) S 7 8 9 ${REST}`), {
      parent: 7,
      group: 8,
      session: 9,
      isZombie: false,
      started: '8675309',
    });
  }
});

test('one that has ended, and a text that is cut off', () => {
  assert.equal(parseProcStat(`42 (sh) Z 7 8 9 ${REST}`)?.isZombie, true);
  assert.equal(parseProcStat('42 (sh) S 7 8'), undefined);
  assert.equal(parseProcStat(''), undefined);
});
