import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createExecutionLocks } from '../src/execution-locks.js';
import { taskOf } from './rig.js';

const PAIRS: readonly (readonly [readonly string[], readonly string[], boolean])[] = [
  [['dist/**'], ['dist/**'], true],
  [['dist/**'], ['dist/types/**'], true],
  [['dist/types/**'], ['dist/**'], true],
  [['dist'], ['dist/a.js'], true],
  [['dist/*'], ['dist/types'], true],
  [['**/*.log'], ['dist/**'], true],
  [['dist/**'], ['distribution/**'], false],
  [['dist/**'], ['coverage/**'], false],
  [['*.tsbuildinfo'], ['dist/**'], false],
  [['dist/*.js'], ['dist/*.d.ts'], false],
  [['dist/*'], ['dist/types/**'], false],
];

for (const [one, other, overlap] of PAIRS) {
  test(`${one.join()} and ${other.join()} of one package ${overlap ? 'wait for each other' : 'run at once'}`, (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'tr-locks-'));
    t.after(() => rmSync(directory, { recursive: true }));
    const locks = createExecutionLocks({ directory, runId: 'a', startedBy: undefined });
    const task = (name: string, include: readonly string[]) => taskOf(name, { outputs: { include, exclude: [] } });
    const first = locks.tryAcquire(task('web#js', one));
    assert.ok(first !== undefined);
    assert.equal(locks.tryAcquire(task('web#types', other)) === undefined, overlap);
    assert.ok(locks.tryAcquire(task('app#types', other)) !== undefined, 'another package');
    first.release();
    assert.ok(locks.tryAcquire(task('web#last', one)) !== undefined || !overlap);
  });
}
