import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindsOfWork } from '../src/main.js';
import { noteOutcomes } from '../src/outcomes-seen.js';
import type { TaskId, TaskResult } from '@tr/model';

test('kinds of work add up; what did not run is none', () => {
  const result = (outcome: TaskResult['outcome']): TaskResult => ({
    task: 'a#b' as TaskId,
    outcome,
    durationMs: 0,
    attempts: 0,
    flaky: false,
  });
  noteOutcomes([result('skipped'), result('aborted')]);
  assert.deepEqual([...kindsOfWork()], []);
  noteOutcomes([result('fresh'), result('restored'), result('fresh')]);
  noteOutcomes([result('failed')]);
  assert.deepEqual([...kindsOfWork()].sort(), ['e', 'f', 'r']);
});
