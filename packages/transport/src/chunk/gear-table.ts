import { createHash } from 'node:crypto';

/** Published, so that anybody can make the same table: part of the format. */
const SEED = 'tr gear table 1';

/**
 * One random 32-bit number for each value of a byte: the first four bytes, big endian, of SHA-256 of `<seed>:<value>`.
 */
export function createGearTable(): Int32Array {
  return Int32Array.from({ length: 256 }, (_, value) =>
    createHash('sha256').update(`${SEED}:${value}`).digest().readInt32BE(0),
  );
}
