import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../src/index.js';

test('time goes on, whatever somebody sets the clock to', (t) => {
  const before = systemClock.now();
  assert.ok(Math.abs(before - Date.now()) < 60_000);
  assert.ok(Number.isInteger(before));
  const real = Date.now;
  for (const offset of [-3_600_000, 3_600_000]) {
    t.mock.method(Date, 'now', () => real() + offset);
    const elapsed = systemClock.now() - before;
    assert.ok(elapsed >= 0 && elapsed < 60_000, `${elapsed} ms`);
  }
});

test('what is due at once is called when all promises have had their turn, unless it is cancelled', async () => {
  const calls: string[] = [];
  const cancel = systemClock.schedule(0, () => calls.push('cancelled'));
  systemClock.schedule(0, () => calls.push('soon'));
  cancel();
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  assert.deepEqual(calls, []);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(calls, ['soon']);
});
