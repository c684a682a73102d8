import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReceiptFor, receipt } from '../dist/index.js';

test('a receipt names the customer and the price', () => {
  assert.equal(receipt('Ada (1815)', 999), 'Good day, Ada (1815). You paid $9.99.');
  assert.ok(isReceiptFor('Ada (1815)', receipt('Ada (1815)', 999)));
});
