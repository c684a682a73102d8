import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCents } from '../dist/index.js';

test('formats cents', () => {
  assert.equal(formatCents(1205), '$12.05');
  assert.equal(formatCents(-5), '-$0.05');
});
