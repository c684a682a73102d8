import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG_FAILURE_CODES, type ConfigFailure } from '@tr/model';
import { describeConfigFailure } from '../../src/words/config.js';

const at = { file: 'turbo-like.config.json', line: 2, column: 3 };

const EVERY: readonly ConfigFailure[] = [
  { code: 'config/not-found', directory: '/w', names: ['a', 'b'] },
  { code: 'config/unreadable', file: 'turbo.json', detail: 'EACCES' },
  { code: 'config/two-files', files: ['turbo.json', 'turbo.jsonc'] },
  { code: 'config/syntax', at, detail: 'CommaExpected' },
  { code: 'config/syntax', at, detail: 'InvalidSymbol' },
  { code: 'config/syntax', at, detail: 'ValueExpected' },
  { code: 'config/syntax', at, detail: 'CloseBracketExpected' },
  { code: 'config/syntax', at, detail: 'ColonExpected' },
  { code: 'config/unknown-key', at, key: 'outptus', nearest: 'outputs', known: ['inputs', 'outputs'] },
  { code: 'config/unknown-key', at, key: 'x', nearest: undefined, known: ['inputs', 'outputs'] },
  { code: 'config/reserved-key', at, key: 'services' },
  { code: 'config/misplaced-key', at, key: 'ui', belongs: 'root' },
  { code: 'config/misplaced-key', at, key: 'extends', belongs: 'package' },
  { code: 'config/misplaced-key', at, key: 'command', belongs: 'own-file' },
  { code: 'config/renamed-key', at, key: 'pipeline', replacement: 'tasks' },
  { code: 'config/missing-flag', at, key: 'global', flag: 'globalConfiguration' },
  { code: 'config/missing-key', at, key: 'mode' },
  { code: 'config/duplicate-key', at, key: 'build', first: at },
  { code: 'config/wrong-type', at, key: 'cache', expected: ['boolean'], found: 'string' },
  ...(
    [
      ['boolean', 'number'],
      ['array', 'string'],
      ['array', 'object'],
      ['string', 'array'],
      ['string', 'number'],
      ['integer', 'string'],
      ['integer', 'number'],
      ['object', 'array'],
    ] as const
  ).map(([type, found]) => ({ code: 'config/wrong-type', at, key: 'k', expected: [type], found }) as const),
  { code: 'config/wrong-type', at, key: '', expected: ['object', 'array'], found: 'null' },
  { code: 'config/invalid-value', at, key: 'ui', value: 'strem', allowed: ['stream'], nearest: 'stream' },
  { code: 'config/invalid-value', at, key: 'ui', value: 'x', allowed: ['stream', 'tui'], nearest: undefined },
  ...(['duration', 'timeout', 'size', 'concurrency', 'not-empty'] as const).map(
    (format) => ({ code: 'config/invalid-format', at, key: 'k', value: 'x', format }) as const,
  ),
  { code: 'config/invalid-format', at, key: 'retries', value: '-1', format: 'at-least', minimum: 0 },
  ...(
    [
      'empty',
      'absolute',
      'backslash',
      'costly',
      'outside-workspace',
      'root-not-first',
      'root-without-slash',
      'variable',
    ] as const
  ).map((problem) => ({ code: 'config/invalid-glob', at, key: 'outputs', glob: 'a\\b', problem }) as const),
  ...(['empty', 'dollar', 'equals', 'pattern'] as const).map(
    (problem) => ({ code: 'config/invalid-variable', at, key: 'env', value: '$A', problem }) as const,
  ),
  ...(['empty', 'dollar', 'no-package', 'no-task', 'caret'] as const).map(
    (problem) => ({ code: 'config/invalid-reference', at, key: 'dependsOn', value: '$A', problem }) as const,
  ),
  { code: 'config/misplaced-marker', at, key: 'outputs', marker: '$TURBO_DEFAULT$' },
  { code: 'config/misplaced-marker', at, key: 'outputs', marker: '$TURBO_EXTENDS$' },
  { code: 'config/invalid-task-name', at, key: '#x' },
  { code: 'config/missing-extends', at },
  ...(['root-not-first', 'unknown-package', 'no-config'] as const).map(
    (problem) => ({ code: 'config/invalid-extends', at, name: 'x', problem, nearest: undefined }) as const,
  ),
  { code: 'config/extends-cycle', at, packages: ['a', 'b', 'a'] },
  { code: 'config/package-task-key', at, key: 'web#build', task: 'build' },
  { code: 'config/package-task-in-single', at, key: 'web#build', task: 'build' },
  { code: 'config/unknown-package', at, key: 'wbe#build', package: 'wbe', nearest: 'web' },
  ...(
    [
      'interactive-cached',
      'interruptible-not-persistent',
      'from-needs-outputs',
      'no-defaults',
      'same-meaning',
      'command-of-engine',
      'scheme-of-redis',
    ] as const
  ).map((problem) => ({ code: 'config/conflicting-keys', at, keys: ['a', 'b'], problem }) as const),
  { code: 'config/unknown-service', at, service: 'bd', nearest: 'db' },
  { code: 'config/same-variables', at, services: ['db', 'other'], variable: 'DATABASE_URL' },
];

test('every config failure says what happened and what to do, in sentences', () => {
  assert.deepEqual(
    CONFIG_FAILURE_CODES.filter((code) => !EVERY.some((failure) => failure.code === code)),
    [],
  );
  const said = EVERY.map(describeConfigFailure);
  for (const { what, next } of said) {
    assert.match(what, /^[A-Z`].*\.$/);
    assert.match(next ?? '', /^[A-Z`].*[.?]$/);
    assert.doesNotMatch(`${what} ${next ?? ''}`, /undefined|\[object/);
  }
  assert.equal(new Set(said.map(({ what, next }) => what + (next ?? ''))).size, said.length, 'no two say the same');
});

test('a value of the wrong type: how to write the right one', () => {
  const next = (expected: readonly string[], found: string) =>
    describeConfigFailure({ code: 'config/wrong-type', at, key: 'k', expected, found }).next;
  assert.equal(next(['array'], 'string'), 'Write it as a list: `["…"]`.');
  assert.equal(next(['boolean'], 'string'), 'Write `true` or `false`, without quotes.');
  assert.equal(next(['integer'], 'string'), 'Write the number without quotes.');
});

test('an absolute glob: what it counts from differs', () => {
  const next = (key: string) =>
    describeConfigFailure({ code: 'config/invalid-glob', at, key, glob: '/etc/hosts', problem: 'absolute' }).next;
  assert.match(next('inputs') ?? '', /relative to the package/);
  assert.match(next('globalDependencies') ?? '', /relative to the root of the workspace\.$/);
});

test('what a file says cannot drive the terminal', () => {
  const { what } = describeConfigFailure({
    code: 'config/unknown-key',
    at,
    key: '\u001b[2J',
    nearest: undefined,
    known: ['inputs', 'outputs'],
  });
  assert.ok(!what.includes('\u001b'));
});
