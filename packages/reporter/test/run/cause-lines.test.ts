import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseCauseLines, GAP } from '../../src/run/cause-lines.js';

const FRAMES = Array.from({ length: 12 }, (_, index) => `    at frame (${index}.js)`);

/** Lines with which tools begin to say what went wrong. */
const SIGNS = [
  'src/index.ts(1,23): error TS2307: Cannot find module',
  "src/index.ts:1:23 - error TS2307: Cannot find module 'x'",
  'error[E0308]: mismatched types',
  'AssertionError [ERR_ASSERTION]: 9 !== 6',
  "ModuleNotFoundError: No module named 'django'",
  'not ok 1 - page',
  '--- FAIL: TestPrice (0.00s)',
  'FAIL src/price.test.ts',
  '=================================== FAILURES ===================================',
  'Traceback (most recent call last):',
  '  ✗ adds up',
  '  ● money › formats',
  'fatal: not a git repository',
  'panic: runtime error: index out of range',
  'ERROR: could not build',
];

/** Lines that only sound like it. */
const HARMLESS = ['0 errors', '# fail 0', 'Failures: 0', 'src/error-page.tsx compiled', 'found no errors', 'errors.ts'];

for (const line of SIGNS) {
  test(`the cause begins at: ${line}`, () => {
    assert.deepEqual(chooseCauseLines(['before', line, ...FRAMES], 4), [line, FRAMES[0], GAP, ...FRAMES.slice(-2)]);
  });
}

for (const line of HARMLESS) {
  test(`no cause: ${line}`, () => {
    assert.deepEqual(chooseCauseLines([line, ...FRAMES], 4), FRAMES.slice(-4));
  });
}

test('what fits is shown as it is', () => {
  assert.deepEqual(chooseCauseLines(['error: x', 'a', 'b'], 3), ['error: x', 'a', 'b']);
  assert.deepEqual(chooseCauseLines(['a', 'error: x', 'b', 'c'], 3), ['error: x', 'b', 'c']);
  assert.deepEqual(chooseCauseLines([], 3), []);
  assert.deepEqual(chooseCauseLines(['error: x', 'a', 'b', 'c', 'd'], 3), ['error: x', GAP, 'c', 'd']);
});
