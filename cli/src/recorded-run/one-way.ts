/** Where the words of the state begin (RFC 7693, as in SHA-256). */
const START = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19] as const;
/** In which order each round takes the words of the block. */
const ORDERS: readonly (readonly number[])[] = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];
/** Which words of the state each step of a round mixes: columns, then diagonals. */
const STEPS = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const;
const BLOCK_BYTES = 64;
/** 32 bytes of digest, no key. */
const PARAMETERS = 0x01010020;

/**
 * The first half of BLAKE2s-256 (RFC 7693) of a text that is one block at most, 32 hexadecimal digits. `digestText` can be undone
 * where all but a few characters are known; what this is made of nobody gets back. For one block it is as quick as that, without
 * `node:crypto`.
 */
export function digestOneWay(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length > BLOCK_BYTES) throw new RangeError('more than one block');
  const block = Buffer.alloc(BLOCK_BYTES);
  block.set(bytes);
  const state = Int32Array.of(...START, ...START);
  state[0] = PARAMETERS ^ START[0];
  state[12] = bytes.length ^ START[4];
  state[14] = ~START[6];
  const word = (at: number): number => block.readInt32LE(at * 4);
  for (const order of ORDERS) {
    let at = 0;
    for (const step of STEPS) mix(state, step, [word(order[at++] ?? 0), word(order[at++] ?? 0)]);
  }
  const digest = Buffer.alloc(16);
  for (let at = 0; at < 4; at++) {
    const start = (START[at] ?? 0) ^ (at === 0 ? PARAMETERS : 0);
    digest.writeInt32LE(start ^ (state[at] ?? 0) ^ (state[at + 8] ?? 0), at * 4);
  }
  return digest.toString('hex');
}

/** The function G of the RFC on four words of `state`. */
function mix(
  state: Int32Array,
  [atA, atB, atC, atD]: (typeof STEPS)[number],
  [first, second]: readonly [number, number],
): void {
  let a = state[atA] ?? 0;
  let b = state[atB] ?? 0;
  let c = state[atC] ?? 0;
  let d = state[atD] ?? 0;
  a = (a + b + first) | 0;
  d = rotate(d ^ a, 16);
  c = (c + d) | 0;
  b = rotate(b ^ c, 12);
  a = (a + b + second) | 0;
  d = rotate(d ^ a, 8);
  c = (c + d) | 0;
  b = rotate(b ^ c, 7);
  state[atA] = a;
  state[atB] = b;
  state[atC] = c;
  state[atD] = d;
}

/** To the right. */
const rotate = (value: number, bits: number): number => (value >>> bits) | (value << (32 - bits));
