import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayHideWrite } from '../src/index.js';

const SECOND = 1_700_000_000_000;

for (const [what, mtimeMs, ctimeMs, since, expected] of [
  ['older by a nanosecond or so', SECOND + 1.2341, SECOND + 1.2341, SECOND + 1.2345, false],
  ['of the same tick', SECOND + 1.2345, SECOND + 1.2345, SECOND + 1.2345, true],
  ['younger', SECOND + 1.3, SECOND + 1.3, SECOND + 1.2345, true],
  ['an old content, changed just now', 1000, SECOND + 1.2345, SECOND + 1.2345, true],
  ['from the future', SECOND + 1e9, SECOND - 5.5, SECOND, true],
  ['in whole seconds, of this second', SECOND, SECOND, SECOND + 700.5, true],
  ['in even seconds, of these two', SECOND, SECOND, SECOND + 1999.5, true],
  ['in whole seconds, old enough', SECOND, SECOND, SECOND + 2000.5, false],
  ['in whole seconds, compared with such', SECOND, SECOND, SECOND + 1000, true],
  ['in hundredths, of this one', SECOND + 340, SECOND + 340, SECOND + 345.2, true],
  ['in hundredths, old enough', SECOND + 340, SECOND + 340, SECOND + 350.2, false],
  ['set to a whole second, where times are fine', SECOND, SECOND + 3.7, SECOND + 3.8, false],
] as const) {
  test(`a file ${what} ${expected ? 'may hide a write' : 'shows every write'}`, () => {
    assert.equal(mayHideWrite({ mtimeMs, ctimeMs }, since), expected);
  });
}
