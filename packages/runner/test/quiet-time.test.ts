import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QuietTime } from '../src/quiet-time.js';
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

test('the clock of the files may be another one; it is read once for the beginning, by who asks first', () => {
  const clock = new FakeClock();
  const begun = clock.now();
  let reads = 0;
  const now = (): number => {
    reads += 1;
    return clock.now() + 5000;
  };
  const quiet = new QuietTime({ now }, clock);
  const { since } = quiet;
  clock.advance(300);
  assert.equal(reads, 0);
  assert.equal(since(), begun + 5000);
  clock.advance(300);
  assert.equal(since(), begun + 5000);
  assert.equal(reads, 1);
  quiet.noteEnd();
  clock.advance(300);
  assert.equal(quiet.since(), begun + 5600);
  assert.equal(since(), begun + 5000);
});
