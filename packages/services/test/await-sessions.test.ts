import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { areSessionsGone, expectNoSessions } from '../src/await-sessions.js';

test('sessions that are ending are waited for', async () => {
  const counts = [2, 1, 0];
  assert.equal(await areSessionsGone(() => Promise.resolve(counts.shift() ?? 0)), true);
  assert.deepEqual(counts, []);
});

test('one that stays is waited for no longer on a server that answers slowly', async () => {
  let looks = 0;
  const count = async (): Promise<number> => {
    looks++;
    await delay(700);
    return 1;
  };
  await assert.rejects(expectNoSessions(count), /still connected/);
  assert.ok(looks <= 3, `${looks} looks`);
});
