import type { TaskFailure } from '@tr/model';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProcessEnd } from '../src/ports.js';
import { createGraph, idOf, resultOf, startRun } from './fake-ports.js';

const task = idOf('a');

/** How the process of a task ends, the failure of the task, and the exit code of the run. */
const FAILED: readonly (readonly [ProcessEnd, TaskFailure, number])[] = [
  [{ kind: 'exited', exitCode: 3, leftBehind: false }, { code: 'task/exit-nonzero', task, exitCode: 3 }, 3],
  [{ kind: 'signalled', signal: 'SIGSEGV', leftBehind: false }, { code: 'task/killed', task, signal: 'SIGSEGV' }, 139],
  [{ kind: 'not-started', detail: 'ENOENT' }, { code: 'task/spawn-failed', task, detail: 'ENOENT' }, 1],
];

for (const [end, failure, exitCode] of FAILED) {
  test(`a process that ${end.kind}: ${failure.code}, exit code ${exitCode}, nothing stored`, async () => {
    const run = startRun(createGraph({ a: {} }), { onSpawn: (process) => process.endWith(end) });
    const result = await run.result;
    const { outcome, failure: found } = resultOf(result, 'a');
    assert.deepEqual([outcome, found, result.exitCode], ['failed', failure, exitCode]);
    assert.deepEqual(run.saved, []);
  });
}

for (const [leftBehind, codes] of [
  [true, ['task/left-processes']],
  [false, []],
] as const) {
  test(`processes left behind: ${leftBehind ? 'a warning' : 'none, no warning'}, and the result is stored`, async () => {
    const run = startRun(createGraph({ a: {} }), {
      onSpawn: (process) => process.endWith({ kind: 'exited', exitCode: 0, leftBehind }),
    });
    assert.equal((await run.result).exitCode, 0);
    const warnings = run.events.flatMap((event) => (event.type === 'warning' ? [event.failure.code] : []));
    assert.deepEqual(warnings, codes);
    assert.deepEqual(run.saved, ['a']);
  });
}
