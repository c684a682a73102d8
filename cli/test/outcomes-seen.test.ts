import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindsOfWork } from '../src/main.js';
import { noteRemoteHits, noteRun } from '../src/outcomes-seen.js';
import type { ActionKey, CacheTier, RunEvent, TaskId, TaskResult } from '@tr/model';

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

test('what comes from another machine is a kind of its own', () => {
  const passed: RunEvent[] = [];
  const emit = noteRemoteHits((event) => passed.push(event));
  const hit = (tier: CacheTier): void =>
    emit({ type: 'cache-hit', task: 'a#b' as TaskId, key: '' as ActionKey, tier, outcome: 'restored', timeSavedMs: 0 });
  hit('local');
  assert.ok(!kindsOfWork().has('m'));
  hit('remote');
  assert.ok(kindsOfWork().has('m'));
  assert.equal(passed.length, 2);
});
