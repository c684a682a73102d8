import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { RunResult, TaskId, TaskResult } from '@tr/model';
import { openTaskDurations } from '../src/task-durations.js';

const WRITE = { write: true };

function createDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'tr-durations-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

function resultOf(tasks: Readonly<Record<string, Partial<TaskResult>>>): RunResult {
  const results = Object.entries(tasks).map(([task, facts]): TaskResult => ({
    task: task as TaskId,
    outcome: 'executed',
    durationMs: 1,
    attempts: 1,
    flaky: false,
    ...facts,
  }));
  return { exitCode: 0, tasks: results, startedAt: 0, durationMs: 1 };
}

test('what killed processes left is removed, what others are writing is not', (t) => {
  const directory = createDirectory(t);
  const learn = (): void => openTaskDurations(directory, WRITE).learn(resultOf({ 'a#build': { durationMs: 1 } }));
  learn();
  const folder = join(directory, 'durations-v1');
  for (const name of ['.1.tmp', '.2.tmp', 'a.1.tmp']) writeFileSync(join(folder, name), '');
  for (const name of ['.1.tmp', 'a.1.tmp']) utimesSync(join(folder, name), 1_700_000_000, 1_700_000_000);
  learn();
  assert.deepEqual(readdirSync(folder).sort(), ['.2.tmp', '.gitignore', 'a.1.tmp', 'durations.json']);
});

test('what was executed or brought back is known next time, the newest time of each', (t) => {
  const directory = createDirectory(t);
  openTaskDurations(directory, WRITE).learn(
    resultOf({
      'a#build': { durationMs: 120.4 },
      'b#build': { outcome: 'restored', durationMs: 3, timeSavedMs: 500 },
      'c#build': { outcome: 'failed', durationMs: 9 },
      'd#build': { outcome: 'skipped', durationMs: 0 },
    }),
  );
  const second = openTaskDurations(directory, WRITE);
  assert.deepEqual(Object.fromEntries(second.known), { 'a#build': 120, 'b#build': 500 });
  second.learn(resultOf({ 'a#build': { durationMs: 80 }, 'b#build': { outcome: 'fresh', timeSavedMs: 7 } }));
  assert.deepEqual(Object.fromEntries(openTaskDurations(directory, WRITE).known), { 'a#build': 80, 'b#build': 500 });
});

test('nothing is written when nothing was learned, or nothing may be', (t) => {
  const directory = createDirectory(t);
  const executed = resultOf({ 'a#build': { durationMs: 5 } });
  openTaskDurations(directory, { write: false }).learn(executed);
  openTaskDurations(directory, WRITE).learn(resultOf({ 'a#build': { outcome: 'failed' } }));
  assert.equal(existsSync(join(directory, 'durations-v1')), false);
  openTaskDurations(directory, WRITE).learn(executed);
  const path = join(directory, 'durations-v1/durations.json');
  writeFileSync(path, `${readFileSync(path, 'utf8')} `);
  openTaskDurations(directory, WRITE).learn(resultOf({ 'a#build': { outcome: 'fresh', timeSavedMs: 5 } }));
  assert.ok(readFileSync(path, 'utf8').endsWith(' '));
});

test('what is torn or makes no sense is not known', (t) => {
  const directory = createDirectory(t);
  openTaskDurations(directory, WRITE).learn(resultOf({ 'a#build': {} }));
  const path = join(directory, 'durations-v1/durations.json');
  for (const text of [
    '',
    '[["a#build",1',
    '{}',
    'null',
    '[null]',
    '[["a#build","1"]]',
    '[["a#build",-1]]',
    '[["a#build"]]',
  ]) {
    writeFileSync(path, text);
    assert.equal(openTaskDurations(directory, WRITE).known.size, 0, text);
  }
  rmSync(directory, { recursive: true });
  writeFileSync(directory, '');
  openTaskDurations(directory, WRITE).learn(resultOf({ 'a#build': {} }));
  assert.equal(openTaskDurations(directory, WRITE).known.size, 0);
});
