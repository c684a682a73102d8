import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestText } from '../src/recorded-run/digest-text.js';

test('texts that differ anywhere, or in length only, have other digests', () => {
  const base = JSON.stringify(Array.from({ length: 40 }, (_, index) => `VARIABLE_${index}`));
  const texts = new Set(['', '\0', '\0\0', 'a', 'a\0', 'b', '\u0100', '\u0001', base]);
  for (let at = 0; at < base.length; at++) {
    for (const unit of ['x', 'y', '\0', '\uFFFF']) texts.add(base.slice(0, at) + unit + base.slice(at + 1));
    texts.add(base.slice(0, at));
  }
  const digests = [...texts].map(digestText);
  assert.equal(new Set(digests).size, texts.size);
  for (const part of [0, 8, 16, 24]) {
    const parts = new Set(digests.map((digest) => digest.slice(part, part + 8)));
    assert.ok(parts.size > texts.size - 3, 'each part of 32 bits tells texts apart by itself');
  }
  for (const digest of digests) assert.match(digest, /^[0-9a-f]{32}$/);
});

test('each bit of a digest depends on each unit', () => {
  const flips = Array.from({ length: 128 }, () => 0);
  const text = 'PATH=/usr/bin:/bin HOME=/home/somebody';
  const bits = (digest: string): string => BigInt(`0x1${digest}`).toString(2).slice(1);
  const before = bits(digestText(text));
  const tries = 512;
  for (let trial = 0; trial < tries; trial++) {
    const at = trial % text.length;
    const other = text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 + trial)) + text.slice(at + 1);
    const after = bits(digestText(other));
    flips.forEach((_, bit) => (flips[bit] = (flips[bit] ?? 0) + (before[bit] === after[bit] ? 0 : 1)));
  }
  for (const [bit, count] of flips.entries()) assert.ok(Math.abs(count / tries - 0.5) < 0.15, `bit ${bit}: ${count}`);
});
