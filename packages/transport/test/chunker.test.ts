import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { sha256 } from '@tr/hash';
import { Chunker, MAX_CHUNK, MIN_CHUNK } from '../src/index.js';

/** A long stretch of bytes without repetitions. */
function noise(seed: string, length: number): Buffer {
  return createHash('shake256', { outputLength: length }).update(seed).digest();
}

async function chunksOf(bytes: Buffer, step = bytes.length): Promise<readonly Buffer[]> {
  const chunks: Buffer[] = [];
  const chunker = new Chunker((chunk) => void chunks.push(chunk));
  for (let at = 0; at < bytes.length; at += step) await chunker.push(bytes.subarray(at, at + step));
  await chunker.cut();
  return chunks;
}

const BYTES = noise('chunker', 24 * 1024 * 1024);
const names = (chunks: readonly Buffer[]): readonly string[] => chunks.map((chunk) => sha256(chunk));

describe('chunker', () => {
  it('loses nothing and keeps to the limits', async () => {
    const chunks = await chunksOf(BYTES);
    assert.equal(sha256(Buffer.concat(chunks)), sha256(BYTES));
    assert.ok(chunks.slice(0, -1).every(({ length }) => length >= MIN_CHUNK && length <= MAX_CHUNK));
    const average = BYTES.length / chunks.length;
    assert.ok(average > 700_000 && average < 1_500_000, `${average}`);
  });

  it('cuts alike however the bytes come', async () => {
    const whole = names(await chunksOf(BYTES));
    for (const step of [1_000_003, 65_536, 4099]) assert.deepEqual(names(await chunksOf(BYTES, step)), whole);
  });

  it('cuts where it always has', async () => {
    assert.deepEqual(
      (await chunksOf(BYTES)).slice(0, 5).map(({ length }) => length),
      GOLDEN_LENGTHS,
    );
  });

  for (const at of [0, 10_000_000, BYTES.length]) {
    it(`a byte more at ${at} changes few chunks`, async () => {
      const before = new Set(names(await chunksOf(BYTES)));
      const changed = Buffer.concat([BYTES.subarray(0, at), Buffer.from('!'), BYTES.subarray(at)]);
      const after = names(await chunksOf(changed)).filter((name) => !before.has(name));
      assert.ok(after.length <= 3, `${after.length} new chunks`);
    });
  }

  it('bytes that are all alike are cut at the largest size', async () => {
    const chunks = await chunksOf(Buffer.alloc(9 * 1024 * 1024));
    assert.deepEqual(
      chunks.map(({ length }) => length),
      [MAX_CHUNK, MAX_CHUNK, 1024 * 1024],
    );
  });

  it('a cut between two chunks does nothing', async () => {
    const chunks: Buffer[] = [];
    const chunker = new Chunker((chunk) => void chunks.push(chunk));
    await chunker.cut();
    await chunker.push(Buffer.from('a'));
    await chunker.cut();
    await chunker.cut();
    assert.deepEqual(chunks.map(String), ['a']);
  });
});

const GOLDEN_LENGTHS = [1165968, 703280, 1565451, 1231160, 1631425];
