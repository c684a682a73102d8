import { Problem } from '../../http/problem.js';
import { numeric, readFields, text, WireError, writeFields } from '../wire.js';

/** A digest as the remote execution API has it. */
export interface CasDigest {
  /** SHA-256, 64 lower-case hex digits. */
  readonly hash: string;
  readonly size: number;
}

/** SHA-256 of nothing: a blob that is always there. */
export const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const HASH = /^[0-9a-f]{64}$/;

/** True for a SHA-256 in lower-case hex. */
export function isCasHash(hash: string): boolean {
  return HASH.test(hash);
}

/** Reads a `Digest` message; undefined when it is not one of SHA-256. */
export function readCasDigest(message: Uint8Array): CasDigest | undefined {
  const fields = readFields(message);
  const hash = text(fields, 1);
  const size = numeric(fields, 2);
  return isCasHash(hash) && Number.isSafeInteger(size) ? { hash, size } : undefined;
}

/** Reads a `Digest` message. Throws a problem when it is not one of SHA-256. */
export function toDigest(message: Uint8Array): CasDigest {
  try {
    const digest = readCasDigest(message);
    if (digest !== undefined) return digest;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
  throw new Problem('bad-request', 'not a digest of SHA-256');
}

/** A `Digest` message. */
export function writeCasDigest({ hash, size }: CasDigest): Buffer {
  return writeFields([
    [1, hash],
    [2, size],
  ]);
}
