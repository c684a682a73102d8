import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSourceFiles } from './source-files.js';

/** From here on a file is named in the report. */
const SMELL = 250;
/** From here on it must say why it is so long, in a comment that begins with this. */
const LIMIT = 400;
const REASON = '// Long because';

const long = readSourceFiles()
  .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1, hasReason: text.includes(REASON) }))
  .filter(({ lines }) => lines > SMELL)
  .sort((a, b) => b.lines - a.lines);

test(`no file is longer than ${LIMIT} lines without a reason ("${REASON} ...")`, (t) => {
  for (const { path, lines } of long) t.diagnostic(`${lines} ${path}`);
  assert.deepEqual(
    long.filter(({ lines, hasReason }) => lines > LIMIT && !hasReason).map(({ path }) => path),
    [],
  );
});
