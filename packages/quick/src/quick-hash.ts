import { hash } from 'node:crypto';
import { findInternals, readOwnSource } from './internals.js';

/** What files are named by here, and by git. */
export type HashAlgorithm = 'sha1' | 'sha256';

/** What `crypto.hash` calls. */
interface HashInternals {
  oneShotDigest(
    algorithm: string,
    id: number,
    ids: object,
    content: Uint8Array | string,
    encoding: 'hex',
    encodingId: typeof HEX,
  ): unknown;
}

type Hash = (algorithm: HashAlgorithm, content: Uint8Array | string) => string;

/** The place of `hex` in Node's list of encodings. */
const HEX = 5;

/** How `crypto.hash` calls it, in Node 20 and 22: another call could mean something else, and internals end the process when it does. */
const KNOWN_CALL =
  /return oneShotDigest\(algorithm, getCachedHashId\(algorithm\), getHashCache\(\),\s+input, normalized, encodingsMap\[normalized\]\);/;

/** Of `abc`; FIPS 180-4. */
const KNOWN_DIGEST = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

let chosen: Hash | undefined;

/**
 * The digest of bytes, or of the UTF-8 form of a text, in hexadecimal digits: `crypto.hash` without `node:crypto`, which loads
 * 36 modules (streams, certificates), 3 ms of a run. Where Node does not look as it always has, it is `crypto.hash`.
 */
export function quickHash(algorithm: HashAlgorithm, content: Uint8Array | string): string {
  chosen ??= openQuickHash() ?? ((name, bytes) => hash(name, bytes, 'hex'));
  return chosen(algorithm, content);
}

/** Undefined where there is no quick way. */
export function openQuickHash(): Hash | undefined {
  const internals = findInternals('crypto') as Partial<HashInternals> | undefined;
  const oneShotDigest = internals?.oneShotDigest;
  if (typeof oneShotDigest !== 'function') return undefined;
  if (!isKnownVersion() && !KNOWN_CALL.test(readOwnSource('internal/crypto/hash'))) return undefined;
  try {
    // Filled by the calls: a known algorithm is found in a third of the time.
    const ids: Record<string, number> = {};
    const quick: Hash = (algorithm, content) =>
      oneShotDigest(algorithm, ids[algorithm] ?? -1, ids, content, 'hex', HEX) as string;
    return quick('sha256', 'abc') === KNOWN_DIGEST ? quick : undefined;
  } catch {
    return undefined;
  }
}

/** Node 20 gets no more releases, and all of them call it so: the text of Node's modules takes half a millisecond to come by. */
function isKnownVersion(): boolean {
  return process.version.startsWith('v20.');
}
