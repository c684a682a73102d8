import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dropChunk } from '../src/http/drop-chunk.js';

test('the memory of a chunk that is its own buffer is given back', () => {
  const chunk = Buffer.allocUnsafeSlow(64 * 1024);
  dropChunk(chunk);
  assert.equal(chunk.length, 0);
  assert.equal(chunk.buffer.byteLength, 0);
});

test('a chunk that shares its buffer, or is small, stays as it is', () => {
  const shared = Buffer.alloc(128 * 1024, 1);
  const parts = [shared.subarray(0, 64 * 1024), shared.subarray(64 * 1024), Buffer.alloc(100, 1)];
  for (const part of parts) dropChunk(part);
  assert.deepEqual(
    parts.map((part) => part.length),
    [64 * 1024, 64 * 1024, 100],
  );
  assert.ok(parts.every((part) => part.every((byte) => byte === 1)));
});
