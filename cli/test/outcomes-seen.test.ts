import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindsOfWork } from '../src/main.js';
import { noteRun } from '../src/outcomes-seen.js';
import type { TaskId, TaskResult } from '@tr/model';

test('kinds of work add up; what did not run is none', () => {
  const note = (...outcomes: readonly TaskResult['outcome'][]): void => {
    const tasks = outcomes.map((outcome) => ({
      task: 'a#b' as TaskId,
      outcome,
      durationMs: 0,
      attempts: 0,
      flaky: false,
    }));
    noteRun({ exitCode: 0, tasks, startedAt: 0, durationMs: 0 }, '/workspace/.tr');
  };
  note('skipped', 'aborted');
  assert.deepEqual([...kindsOfWork()], []);
  note('fresh', 'restored', 'fresh');
  note('failed');
  assert.deepEqual([...kindsOfWork()].sort(), ['e', 'f', 'r']);
});
