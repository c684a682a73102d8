import assert from 'node:assert/strict';
import { test } from 'node:test';
import { putCommandFirst, takeTurborepoFlags } from '../src/turborepo-flags.js';

/** What is typed, what is left of it, and what is said. */
const CASES: readonly (readonly [string, string, readonly string[]])[] = [
  ['run build', 'run build', []],
  ['run build --no-daemon --daemon --skip-infer -vv', 'run build', []],
  ['run --ui stream build --ui=tui --verbosity 2', 'run build', []],
  ['run build --team acme --token=secret --api https://x --preflight', 'run build', []],
  ['run build --summarize', 'run build', ['warning --summarize']],
  ['run build --summarize=true --profile out.json', 'run build', ['warning --summarize', 'warning --profile']],
  ['run build --graph=x.svg', 'run build', ['error --graph']],
  ['run build --json', 'run build', ['error --json']],
  ['run --profile p.json build --anon-profile', 'run build', ['warning --profile', 'warning --anon-profile']],
  [
    'run --experimental-otel-enabled true --experimental-otel-endpoint http://x build',
    'run build',
    ['warning --experimental-otel-enabled', 'warning --experimental-otel-endpoint'],
  ],
  // A value may stand apart where it cannot be a task.
  ['run build --dry json --env-mode loose test', 'run build --dry=json --env-mode=loose test', []],
  ['run --force build --force true', 'run --force build --force=true', []],
  ['run build -Fweb -F=docs -F api', 'run build -F web -F docs -F api', []],
  // Not Turborepo's: left for others to judge.
  ['run build --constructor --teams', 'run build --constructor --teams', []],
];

test('what stands before the command', () => {
  for (const [typed, ordered] of [
    ['run --ui=stream build', 'run --ui=stream build'],
    ['--ui=stream --verbosity 2 run build', 'run build'],
    ['--skip-infer ls', 'ls'],
    ['--root-turbo-json other.json run build', 'run --root-turbo-json other.json build'],
    ['--filter=web run', '--filter=web run'],
    ['--skip-infer', '--skip-infer'],
  ] as const) {
    assert.equal(putCommandFirst(typed.split(' ')).join(' '), ordered, typed);
  }
});

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
