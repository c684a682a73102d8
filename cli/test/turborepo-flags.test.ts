import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takeTurborepoFlags } from '../src/turborepo-flags.js';

/** What is typed, what is left of it, and what is said. */
const CASES: readonly (readonly [string, string, readonly string[]])[] = [
  ['run build', 'run build', []],
  ['run build --no-daemon --daemon --skip-infer -vv', 'run build', []],
  ['run --ui stream build --ui=tui --verbosity 2', 'run build', []],
  ['run build --team acme --token=secret --api https://x --preflight', 'run build', []],
  ['run build --summarize', 'run build', ['warning --summarize']],
  ['run build --summarize=true --profile out.json', 'run build', ['warning --summarize', 'warning --profile']],
  ['run build --graph=x.svg', 'run build', ['error --graph']],
  ['run build --remote-only', 'run build', ['error --remote-only']],
  // Not Turborepo's: left for others to judge.
  ['run build --constructor --teams', 'run build --constructor --teams', []],
];

for (const [typed, left, told] of CASES) {
  test(`${typed}: ${told.length === 0 ? 'nothing is said' : told.join(', ')}`, () => {
    const { args, diagnostics } = takeTurborepoFlags(typed.split(' '));
    assert.equal(args.join(' '), left);
    assert.deepEqual(
      diagnostics.map(({ severity, failure }) => `${severity} ${'option' in failure ? failure.option : ''}`),
      told,
    );
  });
}
