import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration, parseSize } from '../src/index.js';

test('durations', () => {
  const rows = {
    '30s': 30_000,
    '5m': 300_000,
    '24h': 86_400_000,
    '7d': 604_800_000,
    '2w': 1_209_600_000,
    '250ms': 250,
    '10': 10_000,
    '0': 0,
  };
  for (const [text, expected] of Object.entries(rows)) assert.equal(parseDuration(text), expected, text);
  for (const text of ['', '7 d', '-1s', '1.5h', '1y', 's', '5M', '9'.repeat(20)])
    assert.equal(parseDuration(text), undefined, text);
});

test('sizes', () => {
  const rows = {
    '10': 10,
    '1B': 1,
    '1KB': 1024,
    '500MB': 500 * 1024 ** 2,
    '1.5gb': 1.5 * 1024 ** 3,
    '2GiB': 2 * 1024 ** 3,
    '1TB': 1024 ** 4,
    '0': 0,
  };
  for (const [text, expected] of Object.entries(rows)) assert.equal(parseSize(text), expected, text);
  for (const text of ['', '10 gb', '-1', '1.GB', 'GB', '1G', '1iB', '1PB', 'abc'])
    assert.equal(parseSize(text), undefined, text);
});
