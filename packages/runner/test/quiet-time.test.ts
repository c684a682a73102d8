import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGraph, FakeClock, startRun } from './fake-ports.js';

test('what is put in place holds since the last command before its key was computed had ended', async () => {
  const tasks = { early: {}, made: { needs: ['early'] }, late: { needs: ['made'] } };
  const clock = new FakeClock();
  const begun = clock.now();
  const run = startRun(createGraph(tasks), {
    stored: ['early', 'late'],
    restore: () => 'restored',
    // Reading files takes time.
    failToCompute: () => {
      clock.advance(10);
      return undefined;
    },
    onSpawn: (process) => {
      clock.advance(1000);
      process.end(0);
    },
    options: { clock },
    now: () => clock.now(),
  });
  await run.result;
  // Two keys, then the command.
  assert.deepEqual([...run.since.values()], [begun, begun + 1020]);
});
