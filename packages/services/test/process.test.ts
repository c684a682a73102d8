import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runProgram, trySignal, type ProgramOutcome } from '../src/process.js';

const TIME_MS = 1_000;
const skip = process.platform === 'linux' ? false : 'no setsid';

/** Runs `script`, which tells the number of a process that has left its group; ends that one. */
async function run(script: string): Promise<ProgramOutcome & { readonly took: number }> {
  const before = performance.now();
  const env = { PATH: process.env['PATH'] ?? '' };
  const outcome = await runProgram({ file: 'sh', args: ['-c', script], env, cwd: '/', account: undefined }, TIME_MS);
  const took = performance.now() - before;
  trySignal(Number(outcome.stdout), 'SIGKILL');
  return { ...outcome, took };
}

for (const [what, script, code] of [
  ['that has ended', 'setsid sleep 20 & echo $!', 0],
  ['that goes on', 'setsid sleep 20 & echo $!; exec sleep 20', undefined],
] as const)
  test(
    `a program ${what} is not waited for longer than its time when one that left its group holds its output`,
    { skip },
    async () => {
      const outcome = await run(script);
      assert.deepEqual([outcome.code, outcome.stderr], [code, '']);
      assert.match(outcome.stdout, /^\d+\n$/);
      assert.ok(outcome.took < 10 * TIME_MS, String(outcome.took));
    },
  );
