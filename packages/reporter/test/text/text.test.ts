import assert from 'node:assert/strict';
import { test } from 'node:test';
import { displayWidth, padToWidth, truncateToWidth } from '../../src/text/display-width.js';
import { printable } from '../../src/text/printable.js';
import { countOf, formatAge, formatBytes, formatDuration, formatElapsed } from '../../src/text/quantities.js';
import { renderTable } from '../../src/text/table.js';

const HOUR = 3_600_000;

for (const [format, value, expected] of [
  [formatDuration, 0, '0ms'],
  [formatDuration, 298.4, '298ms'],
  [formatDuration, 999.6, '1s'],
  [formatDuration, 1294, '1.294s'],
  [formatDuration, 61_102, '1m1.102s'],
  [formatDuration, 120_000, '2m0s'],
  [formatDuration, HOUR + 123_450, '1h2m3.45s'],
  [formatDuration, -5, '0ms'],
  [formatElapsed, 999, '0s'],
  [formatElapsed, 65_000, '1m05s'],
  [formatElapsed, 2 * HOUR + 180_000, '2h03m'],
  [formatAge, 59_999, '59s'],
  [formatAge, 720_000, '12m'],
  [formatAge, 23.9 * HOUR, '23h'],
  [formatAge, 50 * HOUR, '2d'],
  [formatBytes, 0, '0 B'],
  [formatBytes, 1023, '1023 B'],
  [formatBytes, 1024, '1 KiB'],
  [formatBytes, 1536, '1.5 KiB'],
  [formatBytes, 10.4 * 1024, '10 KiB'],
  [formatBytes, 1023.9 * 1024, '1 MiB'],
  [formatBytes, 20 * 1024 ** 3, '20 GiB'],
  [formatBytes, 3 * 1024 ** 5, '3072 TiB'],
] as const) {
  test(`${format.name} ${value}`, () => assert.equal(format(value), expected));
}

test('counts', () => {
  assert.deepEqual(
    [countOf(0, 'task'), countOf(1, 'task'), countOf(2, 'entry', 'entries')],
    ['0 tasks', '1 task', '2 entries'],
  );
});

test('display width: wide, combining, emoji', () => {
  assert.deepEqual(['abc', '日本', 'e\u0301', '🦊', 'ﬁ', ''].map(displayWidth), [3, 4, 1, 2, 1, 0]);
});

test('cutting to a width', () => {
  assert.equal(truncateToWidth('abcdef', 6), 'abcdef');
  assert.equal(truncateToWidth('abcdefg', 6), 'abcde…');
  assert.equal(truncateToWidth('日本語', 4), '日…');
  assert.equal(truncateToWidth('日本', 4), '日本');
  assert.equal(truncateToWidth('abc', 1), '…');
  assert.equal(truncateToWidth('abc', 0), '');
  for (let width = 1; width < 12; width++) assert.ok(displayWidth(truncateToWidth('a日b本c語🦊d', width)) <= width);
});

test('padding and tables', () => {
  assert.equal(padToWidth('日', 4), '日  ');
  assert.deepEqual(renderTable([['name', 'n'], ['日本', '10'], ['x']], [1]), ['name   n', '日本  10', 'x']);
});

test('printable leaves text alone and shows what would act', () => {
  assert.equal(printable('src/naïve 日.ts'), 'src/naïve 日.ts');
  assert.equal(printable('a\u001B[2J\r\n\t\u202E'), 'a\\u001b[2J\\r\\n\\t\\u202e');
});
