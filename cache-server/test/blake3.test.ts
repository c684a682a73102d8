import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadBlake3 } from '../src/config/load-blake3.js';

const KIB = 1024;
const BYTES = Buffer.from(Array.from({ length: 300 * KIB + 17 }, (_, at) => at % 251));

/** Sizes of pieces, the last one again and again. */
const CUTS: readonly (readonly number[])[] = [
  [BYTES.length],
  [1],
  [65_291, 65_536],
  [16 * KIB],
  [16 * KIB - 1, 1, 16 * KIB + 1],
  [0, 5, 40 * KIB],
];

function* cut(sizes: readonly number[]): Iterable<Uint8Array> {
  for (let at = 0, turn = 0; at < BYTES.length; turn++) {
    const size = sizes[turn] ?? sizes.at(-1) ?? BYTES.length;
    yield BYTES.subarray(at, at + size);
    at += size;
  }
}

/** From the test vectors that BLAKE3 comes with: the digest of 0 to 250, again and again. */
const VECTORS = [
  [0, 'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262'],
  [1024, '42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7'],
  [102_400, 'bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085'],
] as const;

test('a digest is that of BLAKE3, whatever pieces it was made of', async () => {
  const begin = await loadBlake3();
  assert.ok(begin !== undefined);
  for (const [length, hex] of VECTORS) {
    const running = begin();
    running.update(BYTES.subarray(0, length));
    assert.deepEqual(running.finish(), { hash: `${hex}-b3`, size: length });
  }
  const digests = CUTS.map((sizes) => {
    const running = begin();
    for (const piece of cut(sizes)) running.update(piece);
    return running.finish().hash;
  });
  assert.equal(new Set(digests).size, 1);
});
